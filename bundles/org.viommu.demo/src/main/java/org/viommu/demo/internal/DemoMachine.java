// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.demo.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyWriter;

/**
 * The sample machine: an IOMMU at 00:01.0 and eight endpoints behind it, configured as an operator would do it, with the topology in an ACPI table.
 */
final class DemoMachine implements AutoCloseable {
    static final String NAME = "demo";
    static final int ENDPOINTS = 8;

    private static final PciAddress IOMMU = new PciAddress(0, 0, 1, 0);
    private static final int FIRST_DEVICE = 2;
    private static final long PATIENCE_MILLIS = 60_000;

    private final BundleContext context;
    private final Path table;
    private final List<Configuration> configurations = new ArrayList<>();

    /**
     * Writes the table and the configurations.
     *
     * @throws IOException if one of them cannot be written
     */
    DemoMachine(BundleContext context, ConfigurationAdmin admin, TopologyWriter viot) throws IOException {
        this.context = context;
        table = Files.createTempFile("viommu-demo", ".viot");
        Files.write(table, viot.write(topology()));
        configure(admin, "org.viommu.topology.acpi", Map.of("machine", NAME, "file", table.toString()));
        configure(admin, "org.viommu.iommu", Map.of("machine", NAME, "name", "iommu0", "address", IOMMU.toString()));
    }

    /** ID of an endpoint, its routing identifier. */
    static int endpoint(int index) {
        return device(index).bdf();
    }

    private static PciAddress device(int index) {
        return new PciAddress(0, 0, FIRST_DEVICE + index, 0);
    }

    private static Topology topology() {
        IommuNode iommu = new IommuNode.PciFunction(IOMMU);
        return Topology.builder()
                .iommu(iommu)
                .endpoint(new EndpointNode.PciRange(device(0), device(ENDPOINTS - 1), endpoint(0), iommu, List.of()))
                .build();
    }

    private void configure(ConfigurationAdmin admin, String pid, Map<String, Object> properties) throws IOException {
        Configuration configuration = admin.createFactoryConfiguration(pid, "?");
        configurations.add(configuration);
        configuration.update(FrameworkUtil.asDictionary(properties));
    }

    /**
     * Waits for a service of the machine.
     *
     * @throws IOException if it does not appear
     */
    <T> T await(Class<T> type) throws IOException, InterruptedException {
        String filter = "(&(objectClass=" + type.getName() + ")(viommu.machine=" + NAME + "))";
        try {
            ServiceTracker<T, T> tracker = new ServiceTracker<>(context, context.createFilter(filter), null);
            tracker.open();
            T service = tracker.waitForService(PATIENCE_MILLIS);
            if (service == null) {
                throw new IOException("no " + type.getSimpleName() + " of machine " + NAME + " appeared within "
                        + PATIENCE_MILLIS / 1000 + " s");
            }
            return service;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(filter, e);
        }
    }

    /** Takes the configurations back. Idempotent. */
    @Override
    public synchronized void close() throws IOException {
        Files.deleteIfExists(table);
        for (Configuration configuration : configurations) {
            configuration.delete();
        }
        configurations.clear();
    }
}
