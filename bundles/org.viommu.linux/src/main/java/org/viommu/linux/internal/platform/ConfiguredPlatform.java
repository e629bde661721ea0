// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.endpoint.entropy.StrayDma;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Deadline;
import org.viommu.linux.internal.guest.GuestDisk;
import org.viommu.machine.FunctionStatus;
import org.viommu.machine.Machine;
import org.viommu.mapping.MappingStore;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;

/** A machine made by configuration, as any operator makes one, with a socket for each function. */
public final class ConfiguredPlatform implements Platform {
    private static final String NAME = "linux";
    private static final String DURABLE = "mvstore";
    private static final int POLL_MILLIS = 50;

    private final BundleContext context;
    private final Path folder;
    private final BootTable table;
    private final MachineConfigurations configurations;
    private final MachineServices services;

    /** Where mappings are kept; empty if they do not outlive the platform. */
    private final Optional<Path> mappings;

    private ConfiguredPlatform(
            BundleContext context,
            Path folder,
            BootTable table,
            MachineConfigurations configurations,
            MachineServices services,
            Optional<Path> mappings) {
        this.context = context;
        this.folder = folder;
        this.table = table;
        this.configurations = configurations;
        this.services = services;
        this.mappings = mappings;
    }

    /**
     * Configures the machine.
     *
     * @param table that the guest boots with
     * @param folder where the sockets go
     * @param keys of the devices
     * @param mappings file of the durable store; empty to keep mappings in memory
     */
    public static ConfiguredPlatform open(
            BundleContext context,
            ConfigurationAdmin admin,
            BootTable table,
            Path folder,
            GuestDisk disk,
            DeviceKeys keys,
            Optional<Path> mappings)
            throws IOException {
        MachineConfigurations configurations = new MachineConfigurations(admin, NAME);
        ConfiguredPlatform platform = new ConfiguredPlatform(
                context, folder, table, configurations, new MachineServices(context, NAME), mappings);
        try {
            if (mappings.isPresent()) {
                configurations.keepMappings(mappings.get());
            }
            configurations.create(table, folder, disk, keys);
            return platform;
        } catch (IOException | RuntimeException e) {
            platform.close();
            throw e;
        }
    }

    @Override
    public void awaitReady(Deadline deadline) throws CannotRun, InterruptedException {
        for (Optional<String> missing = notReady(); missing.isPresent(); missing = notReady()) {
            if (deadline.isOver()) {
                throw CannotRun.because(
                        "The platform is not ready after %d s: %s.",
                        deadline.limit().toSeconds(), missing.get());
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private Optional<String> notReady() {
        return missing().or(this::missingStore);
    }

    /** The first thing that is not there yet, or not any more. */
    private Optional<String> missing() {
        return services.missing().or(this::missingFunction).or(this::missingSocket);
    }

    private Optional<String> missingStore() {
        String used =
                services.iommu().map(iommu -> iommu.snapshot().store().name()).orElse("");
        return mappings.filter(file -> !used.equals(DURABLE))
                .map(file -> "the IOMMU does not keep its mappings in " + file + " (the log says why)");
    }

    private Optional<String> missingFunction() {
        return services.machine().map(Machine::functions).orElse(List.of()).stream()
                .filter(function -> function.missing().isPresent() && PciSlots.isFixed(function.name()))
                .map(FunctionStatus::toString)
                .findFirst();
    }

    private Optional<String> missingSocket() {
        return Stream.of(PciSlots.values())
                .map(slot -> slot.socket(folder))
                .filter(socket -> !Files.exists(socket))
                .map(socket -> "nothing listens on " + socket + " (is org.viommu.transport.vfiouser active?)")
                .findFirst();
    }

    @Override
    public Optional<String> failure() {
        return missing().map(missing -> "the platform does not serve the guest any more: " + missing);
    }

    @Override
    public List<String> qemuOptions() {
        List<String> options = new ArrayList<>(table.option());
        options.addAll(HotPlugSlot.qemuOptions());
        for (PciSlots slot : PciSlots.values()) {
            JsonObject device = PciSlots.vfioUser(slot.socket(folder));
            device.addProperty("addr", Integer.toHexString(slot.address().device()));
            options.add("-device");
            options.add(device.toString());
        }
        return options;
    }

    @Override
    public BootTable table() {
        return table;
    }

    @Override
    public List<String> endpoints() {
        return PciSlots.endpoints().stream()
                .map(slot -> slot.address().toString())
                .toList();
    }

    private CannotRun unserved() {
        return CannotRun.because("%s.", failure().orElse("the platform changes"));
    }

    @Override
    public StrayWriter strayWriter() throws CannotRun {
        StrayDma stray = services.stray().orElseThrow(this::unserved);
        return new StrayWriter() {
            @Override
            public String address() {
                return PciSlots.ENTROPY.address().toString();
            }

            @Override
            public int endpoint() {
                return PciSlots.ENTROPY.endpoint();
            }

            @Override
            public void write(long iova, int length) {
                stray.write(iova, length);
            }
        };
    }

    @Override
    public HotPlug hotPlug() throws CannotRun, IOException {
        IommuStatus iommu = services.iommu().orElseThrow(this::unserved);
        return new ConfiguredHotPlug(
                folder,
                configurations,
                endpoint -> iommu.snapshot().endpoints().stream().anyMatch(each -> each.id() == endpoint));
    }

    @Override
    public StoreSwitch stores() throws CannotRun {
        IommuStatus iommu = services.iommu().orElseThrow(this::unserved);
        try {
            List<Bundle> bundles = context.getServiceReferences(MappingStore.class, null).stream()
                    .sorted(Comparator.reverseOrder())
                    .map(ServiceReference::getBundle)
                    .toList();
            if (bundles.isEmpty()) {
                throw CannotRun.because(
                        "The IOMMU keeps its mappings in %s: no bundle offers another store.",
                        iommu.snapshot().store().name());
            }
            return new BundleStoreSwitch(bundles, iommu);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
    }

    @Override
    public MappedState mapped() throws CannotRun {
        return MappedState.of(services.iommu().orElseThrow(this::unserved));
    }

    @Override
    public IommuAccount account() throws CannotRun {
        IommuSnapshot snapshot = services.iommu().orElseThrow(this::unserved).snapshot();
        IommuSnapshot.Requests requests = snapshot.requests();
        String byType = Stream.of(RequestType.values())
                .map(type -> String.format(Locale.ROOT, "%,d %s", requests.count(type, RequestStatus.OK), type))
                .collect(Collectors.joining(", "));
        long ok = Stream.of(RequestType.values())
                .mapToLong(type -> requests.count(type, RequestStatus.OK))
                .sum();
        long failed = requests.total() - ok + requests.unparseable() + requests.unknown();
        return new IommuAccount(
                byType, failed, snapshot.translations(), snapshot.faults().total());
    }

    @Override
    public void close() {
        configurations.close();
        services.close();
    }
}
