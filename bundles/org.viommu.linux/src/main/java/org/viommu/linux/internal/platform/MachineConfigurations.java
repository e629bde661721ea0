// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.stream.Stream;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.linux.internal.guest.GuestDisk;

/** The configurations that make up one machine; closing takes them back in the opposite order. */
final class MachineConfigurations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MachineConfigurations.class);

    private static final String IOMMU = "org.viommu.iommu";
    private static final String BLOCK = "org.viommu.endpoint.block";
    private static final String ENTROPY = "org.viommu.endpoint.entropy";
    private static final String STATIC = "org.viommu.topology.static";
    private static final String MACHINE = "org.viommu.machine";
    private static final String DURABLE = "org.viommu.mapping.mvstore";

    /** A configuration for whichever bundle has the PID. */
    private static final String ANYWHERE = "?";

    private final ConfigurationAdmin admin;
    private final String machine;
    private final Deque<Configuration> created = new ArrayDeque<>();
    private final Deque<Configuration> plugged = new ArrayDeque<>();
    private Configuration functions;
    private String[] fixedFunctions;

    /** @param machine name of the machine, and of its part in the PIDs */
    MachineConfigurations(ConfigurationAdmin admin, String machine) {
        this.admin = admin;
        this.machine = machine;
    }

    /**
     * Configures everything.
     *
     * @param table with the topology
     * @param folder where the sockets are to be
     * @param keys of the devices
     */
    void create(BootTable table, Path folder, GuestDisk disk, DeviceKeys keys) throws IOException {
        create(table.pid(), Map.of("machine", machine, "file", table.present().toString()));
        Map<String, Object> iommu = new HashMap<>();
        iommu.put("reserved-regions", table.msiWindow().reservedRegion());
        iommu.put("machine", machine);
        iommu.put("name", PciSlots.IOMMU.device());
        iommu.put("address", PciSlots.IOMMU.address().toString());
        create(IOMMU, keys.andPolling(iommu));
        create(
                BLOCK,
                keys.andPolling(Map.of(
                        "machine", machine,
                        "name", PciSlots.DISK.device(),
                        "file", disk.path().toString(),
                        "read-only", disk.readOnly())));
        create(ENTROPY, keys.and(Map.of("machine", machine, "name", PciSlots.ENTROPY.device())));
        fixedFunctions = Stream.of(PciSlots.values())
                .map(slot -> slot.device() + "=" + slot.address() + "=" + slot.socket(folder))
                .toArray(String[]::new);
        functions = create(MACHINE, Map.of("name", machine, "functions", fixedFunctions));
    }

    /**
     * Keeps mappings in a file.
     *
     * @param file of the durable store
     */
    void keepMappings(Path file) throws IOException {
        Configuration configuration = admin.getConfiguration(DURABLE, ANYWHERE);
        update(configuration, Map.of("file", file.toString()));
        created.push(configuration);
    }

    /**
     * Adds a disk in the {@link HotPlugSlot}: what the topology says of it, its endpoint and its function.
     *
     * @param device name of the disk within the machine
     * @param socket of the function
     */
    void plug(String device, GuestDisk disk, Path socket) throws IOException {
        String function = HotPlugSlot.ADDRESS.toString();
        String endpoint =
                function + "=0x" + Integer.toHexString(HotPlugSlot.ADDRESS.bdf()) + "@" + PciSlots.IOMMU.address();
        plugged.push(update(STATIC, device, Map.of("machine", machine, "endpoints", endpoint)));
        plugged.push(update(
                BLOCK,
                device,
                Map.of("machine", machine, "name", device, "file", disk.path().toString(), "read-only", true)));
        String[] more = Arrays.copyOf(fixedFunctions, fixedFunctions.length + 1);
        more[fixedFunctions.length] = device + "=" + function + "=" + socket;
        update(functions, Map.of("name", machine, "functions", more));
    }

    /** Takes back what {@link #plug} added. */
    void unplug() throws IOException {
        update(functions, Map.of("name", machine, "functions", fixedFunctions));
        while (!plugged.isEmpty()) {
            plugged.pop().delete();
        }
    }

    private Configuration create(String factory, Map<String, Object> values) throws IOException {
        Configuration configuration = update(factory, machine, values);
        created.push(configuration);
        return configuration;
    }

    private Configuration update(String factory, String name, Map<String, Object> values) throws IOException {
        Configuration configuration = admin.getFactoryConfiguration(factory, name, ANYWHERE);
        update(configuration, values);
        return configuration;
    }

    private static void update(Configuration configuration, Map<String, Object> values) throws IOException {
        Dictionary<String, Object> properties = new Hashtable<>(values);
        configuration.update(properties);
    }

    @Override
    public void close() {
        // What is still plugged in goes first.
        plugged.descendingIterator().forEachRemaining(created::push);
        while (!created.isEmpty()) {
            try {
                created.pop().delete();
            } catch (IOException e) {
                LOG.warn("a configuration of machine {} stays: {}", machine, e.toString());
            } catch (IllegalStateException e) {
                LOG.debug("machine {} goes with the whole platform: {}", machine, e.toString());
            }
        }
    }
}
