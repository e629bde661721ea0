// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.io.IOException;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.mapping.MappingStore;
import org.viommu.shell.internal.Devices.Device;

/** The exchange of a store while the guest runs. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=swap"})
public final class SwapCommand extends Command {
    private static final String TARGET = "store.target";
    private static final String BEST = "best";
    private static final long LONGEST_SECONDS = 3600;

    /**
     * What a move has done.
     *
     * @param device that moved
     * @param store where its mappings are now
     * @param mappings that were moved
     * @param pausedNs for how long requests were stopped, in nanoseconds
     * @param swaps moves of this device until now
     */
    public record Move(String device, String store, long mappings, long pausedNs, long swaps) {}

    private final ConfigurationAdmin configurations;
    private final Inventory inventory;
    private final Stores stores;

    /**
     * Called by Declarative Services.
     *
     * @param context to see which stores there are
     * @param configurations of the IOMMUs, which say what stores they admit
     * @param inventory what there is
     */
    @Activate
    public SwapCommand(
            BundleContext context, @Reference ConfigurationAdmin configurations, @Reference Inventory inventory) {
        super("swap", inventory);
        this.configurations = configurations;
        this.inventory = inventory;
        stores = new Stores(context, inventory);
    }

    @Override
    Stream<String> values(String parameter) {
        return parameter.equals("STORE")
                ? Stream.concat(Stream.of(BEST), stores.offered().stream().map(Store::store))
                : super.values(parameter);
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
            @Descriptor("STORE: name of one of viommu:stores; 'best' for the preferred one") String store)
            throws IOException, InvalidSyntaxException, InterruptedException {
        if (seconds < 0 || seconds > LONGEST_SECONDS) {
            throw new IllegalArgumentException("--wait: " + seconds + ": allowed are 0 to " + LONGEST_SECONDS);
        }
        List<String> names = stores.offered().stream().map(Store::store).toList();
        if (!store.equals(BEST) && !names.contains(store)) {
            throw new IllegalArgumentException(
                    "STORE: '" + store + "': there are " + String.join(", ", names) + " and " + BEST);
        }
        Device found = inventory.iommus().one(device);
        admit(found, "(" + MappingStore.NAME + "=" + (store.equals(BEST) ? "*" : store) + ")");
        IommuSnapshot.Store now = await(found, store.equals(BEST) ? names.get(0) : store, seconds);
        Move move = new Move(found.name(), now.name(), now.lastMappings(), now.lastPauseNanos(), now.swaps());
        return Table.of(Move.class, List.of(move), now.problem()).as(json);
    }

    private void admit(Device device, String target) throws IOException, InvalidSyntaxException {
        Configuration[] all = configurations.listConfigurations("(service.factoryPid=" + Stores.IOMMU + ")");
        Configuration configuration = Arrays.stream(all == null ? new Configuration[0] : all)
                .filter(it ->
                        device.snapshot().machine().equals(it.getProperties().get("machine")))
                .filter(it -> device.snapshot().name().equals(nameOf(it)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(device.name() + " has no configuration of "
                        + Stores.IOMMU + ", so that its store cannot be chosen"));
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
}
