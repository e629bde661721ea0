// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.examiner.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;
import org.viommu.dma.DmaTranslator;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologySource;
import org.viommu.virtio.DeviceType;

/**
 * A machine with an IOMMU and endpoints behind it, configured as an operator would do it. One of the endpoints has
 * reserved regions of its own, so that what the standard says of those can be observed.
 */
final class ExaminedMachine implements AutoCloseable {
    private static final String NAME = "conformance";
    private static final PciAddress IOMMU = new PciAddress(0, 0, 1, 0);
    private static final int FIRST_ENDPOINT = 0x10;
    private static final int LAST_ENDPOINT = 0x1f;
    private static final int ABSENT_ENDPOINT = 0x20;
    private static final long PAGE = 0x1000;
    private static final int RESERVED_PAGE = 20;

    /** So narrow that there are addresses, and domains, outside. */
    private static final int WIDTH = 48;

    private static final int DOMAIN_WIDTH = 16;

    private static final long PATIENCE_MILLIS = 60_000;

    private final BundleContext context;
    private final ServiceRegistration<TopologySource> source;
    private final List<Configuration> configurations = new ArrayList<>();

    /**
     * Configures the machine.
     *
     * @param context to find its services
     * @param admin takes the configuration
     * @param compatibility the device's key {@code compat}
     * @throws IOException if the configuration cannot be written
     */
    ExaminedMachine(BundleContext context, ConfigurationAdmin admin, String compatibility) throws IOException {
        this.context = context;
        Topology topology = topology();
        source = context.registerService(
                TopologySource.class,
                () -> topology,
                FrameworkUtil.asDictionary(Map.of(TopologySource.MACHINE, NAME, TopologySource.NAME, NAME)));
        Configuration device = admin.createFactoryConfiguration("org.viommu.iommu", "?");
        configurations.add(device);
        device.update(FrameworkUtil.asDictionary(Map.of(
                "machine", NAME,
                "name", "iommu0",
                "address", IOMMU.toString(),
                "aw-bits", WIDTH,
                "domain-bits", DOMAIN_WIDTH,
                "compat", compatibility)));
    }

    private static Topology topology() {
        IommuNode iommu = new IommuNode.PciFunction(IOMMU);
        long start = Bench.arena().start() + RESERVED_PAGE * PAGE;
        ReservedRegion reserved = new ReservedRegion(start, start + 2 * PAGE - 1, Kind.RESERVED);
        return Topology.builder()
                .iommu(iommu)
                .endpoint(range(iommu, FIRST_ENDPOINT, LAST_ENDPOINT - 1, List.of(reserved)))
                .endpoint(range(iommu, LAST_ENDPOINT, LAST_ENDPOINT, List.of()))
                .build();
    }

    private static EndpointNode range(IommuNode iommu, int first, int last, List<ReservedRegion> reserved) {
        return new EndpointNode.PciRange(PciAddress.of(0, first), PciAddress.of(0, last), first, iommu, reserved);
    }

    /**
     * Puts the machine's device on the bench.
     *
     * @throws IOException if it does not appear
     */
    Bench bench(Way way) throws IOException, InterruptedException {
        return new Bench(
                NAME + "/iommu0",
                await(DeviceType.class),
                await(DmaTranslator.class),
                way,
                IntStream.rangeClosed(FIRST_ENDPOINT, LAST_ENDPOINT).boxed().toList(),
                ABSENT_ENDPOINT);
    }

    private <T> T await(Class<T> type) throws IOException, InterruptedException {
        String filter = "(&(objectClass=" + type.getName() + ")(" + DeviceType.MACHINE + "=" + NAME + "))";
        try {
            ServiceTracker<T, T> tracker = new ServiceTracker<>(context, context.createFilter(filter), null);
            tracker.open();
            T service = tracker.waitForService(PATIENCE_MILLIS);
            if (service == null) {
                throw new IOException("no %s of machine %s appeared within %d s"
                        .formatted(type.getSimpleName(), NAME, PATIENCE_MILLIS / 1000));
            }
            return service;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(filter, e);
        }
    }

    /** Takes the machine away. Idempotent. */
    @Override
    public synchronized void close() throws IOException {
        for (Configuration configuration : configurations) {
            configuration.delete();
        }
        configurations.clear();
        try {
            source.unregister();
        } catch (IllegalStateException e) {
            // It is gone already: the framework stops, or this is the second call.
            return;
        }
    }
}
