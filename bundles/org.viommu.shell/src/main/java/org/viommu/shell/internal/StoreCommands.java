// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.mapping.MappingStore;
import org.viommu.shell.internal.Devices.Device;

/** The commands about mapping stores: which there are, and the exchange while the guest runs. */
@Component(
        service = StoreCommands.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=stores", "osgi.command.function=swap"})
public final class StoreCommands {
    private static final String PID = "org.viommu.iommu";
    private static final String TARGET = "store.target";
    private static final String RESIDENT = "resident";
    private static final String BEST = "best";
    private static final long LONGEST_SECONDS = 3600;

    /**
     * A store that is there.
     *
     * @param name of the store
     * @param ranking the highest is preferred
     * @param bundle that offers it
     * @param devices that keep their mappings in it
     */
    public record Store(String name, int ranking, String bundle, String devices) {}

    private final BundleContext context;
    private final ConfigurationAdmin configurations;

    @Reference(policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<IommuStatus> iommus = List.of();

    /**
     * Called by Declarative Services.
     *
     * @param context to see which stores there are
     * @param configurations of the IOMMUs, which say what stores they admit
     */
    @Activate
    public StoreCommands(BundleContext context, @Reference ConfigurationAdmin configurations) {
        this.context = context;
        this.configurations = configurations;
    }

    /** One line for each store. */
    @Descriptor("the mapping stores that are there, the preferred one first, and who uses them")
    public Object stores(
            @Descriptor(Help.JSON)
                    @Parameter(
                            names = {"--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json)
            throws InvalidSyntaxException {
        List<Column<Store>> columns = List.of(
                new Column<>("store", Store::name),
                new Column<>("ranking", Store::ranking),
                new Column<>("bundle", Store::bundle),
                new Column<>("devices", Store::devices));
        return new Table<>(columns, offered(), "").as(json);
    }

    /** Moves the mappings. */
    @Descriptor("moves an IOMMU's mappings to another store while its guest goes on")
    public Object swap(
            @Descriptor(Help.DEVICE)
                    @Parameter(
                            names = {"-d", "--device"},
                            absentValue = "")
                    String device,
            @Descriptor("how long to wait for the move, in seconds, 0 to 3600")
                    @Parameter(
                            names = {"-w", "--wait"},
                            absentValue = "60")
                    int seconds,
            @Descriptor(Help.JSON)
                    @Parameter(
                            names = {"--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor("name of a store of viommu:stores; 'best' for the preferred one") String store)
            throws IOException, InvalidSyntaxException, InterruptedException {
        if (seconds < 0 || seconds > LONGEST_SECONDS) {
            throw new IllegalArgumentException("--wait: " + seconds + ": allowed are 0 to " + LONGEST_SECONDS);
        }
        List<String> names = offered().stream().map(Store::name).toList();
        if (!store.equals(BEST) && !names.contains(store)) {
            throw new IllegalArgumentException(
                    "store: '" + store + "': there are " + String.join(", ", names) + " and " + BEST);
        }
        Device found = new Devices(iommus).one(device);
        admit(found, "(" + MappingStore.NAME + "=" + (store.equals(BEST) ? "*" : store) + ")");
        IommuSnapshot.Store now = await(found, store.equals(BEST) ? names.get(0) : store, seconds);
        List<Column<IommuSnapshot.Store>> columns = List.of(
                new Column<>("device", it -> found.name()),
                new Column<>("store", IommuSnapshot.Store::name),
                new Column<>("mappings", IommuSnapshot.Store::lastMappings),
                new Column<>("paused-ns", IommuSnapshot.Store::lastPauseNanos),
                new Column<>("swaps", IommuSnapshot.Store::swaps));
        return new Table<>(columns, List.of(now), now.problem()).as(json);
    }

    private void admit(Device device, String target) throws IOException, InvalidSyntaxException {
        Configuration[] all = configurations.listConfigurations("(service.factoryPid=" + PID + ")");
        Configuration configuration = Arrays.stream(all == null ? new Configuration[0] : all)
                .filter(it ->
                        device.snapshot().machine().equals(it.getProperties().get("machine")))
                .filter(it -> device.snapshot().name().equals(nameOf(it)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        device.name() + " has no configuration of " + PID + ", so that its store cannot be chosen"));
        Dictionary<String, Object> properties = configuration.getProperties();
        properties.put(TARGET, target);
        configuration.update(properties);
    }

    private static Object nameOf(Configuration configuration) {
        Object name = configuration.getProperties().get("name");
        return name == null ? "iommu0" : name;
    }

    private static IommuSnapshot.Store await(Device device, String wanted, long seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            IommuSnapshot.Store now = device.status().snapshot().store();
            if (now.name().equals(wanted) && now.movingTo().isEmpty()) {
                return now;
            }
            if (System.nanoTime() - end >= 0) {
                throw new IllegalStateException("%s is still with store '%s' after %d s%s"
                        .formatted(
                                device.name(),
                                now.name(),
                                seconds,
                                now.problem().isEmpty() ? "" : ": " + now.problem()));
            }
            Thread.sleep(1);
        }
    }

    private List<Store> offered() throws InvalidSyntaxException {
        List<Store> stores = context.getServiceReferences(MappingStore.class, null).stream()
                .sorted(Comparator.<ServiceReference<?>>naturalOrder().reversed())
                .map(this::store)
                .collect(Collectors.toList());
        stores.add(new Store(RESIDENT, Integer.MIN_VALUE, PID, users(RESIDENT)));
        return List.copyOf(stores);
    }

    private Store store(ServiceReference<?> reference) {
        String name = String.valueOf(reference.getProperty(MappingStore.NAME));
        int ranking = reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer number ? number : 0;
        return new Store(name, ranking, reference.getBundle().getSymbolicName(), users(name));
    }

    private String users(String store) {
        String users = new Devices(iommus)
                .named("").stream()
                        .filter(it -> it.snapshot().store().name().equals(store))
                        .map(Device::name)
                        .collect(Collectors.joining(","));
        return users.isEmpty() ? "-" : users;
    }
}
