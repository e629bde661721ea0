// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.viommu.conformance.DevicePort;
import org.viommu.examiner.internal.Bench;
import org.viommu.examiner.internal.Way;
import org.viommu.iommu.trace.TraceListener;
import org.viommu.iommu.trace.TraceRecord;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.Topology;
import org.viommu.virtqueue.RingFeatures;

/** Our device with a driver and endpoints in front of it, and a listener to its trace. */
public final class TracedDevice implements AutoCloseable {
    private static final IommuNode NODE = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));

    private final IommuDevice device;
    private final Bench bench;
    private final DevicePort port;
    private final List<String> lines = new ArrayList<>();

    private final TraceListener listener = new TraceListener() {
        @Override
        public void traced(TraceRecord record) {
            lines.add(record.event().line());
        }

        @Override
        public void dropped(String name, long count) {
            throw new AssertionError(count + " events were dropped");
        }
    };

    /**
     * Makes a device.
     *
     * @param inputEnd last address that it translates
     * @param endpoints behind it, each with the window of message-signalled interrupts
     * @param absent an endpoint that is not
     */
    public TracedDevice(long inputEnd, List<Integer> endpoints, int absent) throws IOException {
        ReservedRegion messages = new ReservedRegion(0xfee00000L, 0xfeefffffL, ReservedRegion.Kind.MSI);
        Topology.Builder topology = Topology.builder().iommu(NODE);
        endpoints.forEach(id -> topology.endpoint(
                new EndpointNode.PciRange(PciAddress.of(0, id), PciAddress.of(0, id), id, NODE, List.of(messages))));
        IommuSettings settings = new IommuSettings(
                "vm",
                "iommu0",
                NODE,
                true,
                0x1000,
                inputEnd,
                List.of(),
                RingFeatures.SUPPORTED,
                new Quotas(100, 100, 1 << 20),
                Protocol.STANDARD,
                0);
        StoreKeeper stores = new StoreKeeper(settings.qualifiedName());
        device = new IommuDevice(settings, topology.build(), stores, new ProbeExtensions());
        bench = new Bench("ours", device, device, Way.PCI, endpoints, absent);
        port = bench.port();
        device.traceFeed().add(listener);
    }

    /** The way to the device. */
    public DevicePort port() {
        return port;
    }

    /** How many accesses it has refused. */
    public long faults() {
        return device.faults().snapshot().total();
    }

    /** The lines since the last call. */
    public List<String> next() {
        // Going, a listener hears all that has happened.
        device.traceFeed().remove(listener);
        List<String> next = List.copyOf(lines);
        lines.clear();
        device.traceFeed().add(listener);
        return next;
    }

    @Override
    public void close() {
        bench.close();
        device.close();
        device.traceFeed().remove(listener);
    }
}
