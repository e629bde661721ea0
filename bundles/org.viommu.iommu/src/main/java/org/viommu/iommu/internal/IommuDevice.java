// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import org.viommu.dma.DmaPort;
import org.viommu.dma.DmaTranslator;
import org.viommu.mapping.MappingStore;
import org.viommu.memory.AccessGate;
import org.viommu.memory.AccessSlot;
import org.viommu.memory.GuestMemory;
import org.viommu.topology.Topology;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceConfig;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtqueue.RingFault;

/** One IOMMU: a virtio device to its driver, and the way to memory for the endpoints behind it. */
final class IommuDevice implements DeviceType, DmaTranslator, AutoCloseable {
    private static final int QUEUE_SIZE = 256;

    private final StoreKeeper stores;
    private final AccessGate gate = new AccessGate();
    private final SingleWriter writer = new SingleWriter();
    private final Trace trace = new Trace();
    private final TraceFeed traceFeed;
    private final Faults faults = new Faults(trace);
    private final RequestCounters counters = new RequestCounters();
    private final ProbeExtensions extensions;
    private final IommuConfigSpace config;
    private final Endpoints endpoints;
    private final AddressSpaces spaces;
    private final Resumption resumption;
    private final List<IommuPort> ports = new CopyOnWriteArrayList<>();

    /** Accesses decided by ports that are closed. */
    private final LongAdder formerTranslations = new LongAdder();

    /** Changes only in what does not disturb the device. */
    private volatile IommuSettings settings;

    /** Features that the driver at work has accepted; 0 if there is none. */
    private volatile long accepted;

    /**
     * Creates the device.
     *
     * @param settings what is configured
     * @param topology of the machine as it is now
     * @param stores from which to choose
     * @param extensions of the answers to PROBE
     */
    IommuDevice(IommuSettings settings, Topology topology, StoreKeeper stores, ProbeExtensions extensions) {
        this.settings = settings;
        this.stores = stores;
        this.extensions = extensions;
        config = new IommuConfigSpace(settings, gate, this::record, trace);
        endpoints = new Endpoints(directory(topology), trace);
        traceFeed = new TraceFeed(settings.qualifiedName(), trace, endpoints::traceChanged);
        spaces = new AddressSpaces(settings, endpoints, gate, stores::begin, stores::failed, trace);
        resumption = new Resumption(settings, spaces, endpoints, config);
        stores.start(this::handover);
    }

    /** Prepares a move of all mappings. */
    Handover handover(MappingStore target, Handover.Orders orders) {
        return new Handover(spaces, resumption, writer, gate, settings.qualifiedName(), target, orders);
    }

    @Override
    public int deviceId() {
        return IommuQueues.DEVICE_ID;
    }

    @Override
    public long features() {
        return settings.protocol().features() | settings.rings();
    }

    @Override
    public Map<Long, String> featureNames() {
        return IommuFeatures.NAMES;
    }

    @Override
    public int[] queueSizes() {
        return new int[] {QUEUE_SIZE, QUEUE_SIZE};
    }

    @Override
    public long pollMaxNanos() {
        return settings.pollMaxNanos();
    }

    @Override
    public DeviceConfig config() {
        return config;
    }

    @Override
    public DeviceSession start(DeviceActivation activation) throws RingFault {
        change(resumption::driverStarts);
        long features = activation.features();
        RequestDispatcher dispatcher =
                new RequestDispatcher(spaces, endpoints, extensions, settings.protocol(), features, counters, trace);
        DeviceSession session = new IommuSession(activation, writer, spaces, dispatcher, faults, () -> negotiated(0));
        negotiated(features);
        return session;
    }

    private void negotiated(long features) {
        accepted = features;
        config.negotiated(features);
    }

    @Override
    public byte[] saveState() {
        return SavedDeviceWriter.write(writer.call(() -> SavedDevice.of(settings, config, spaces, endpoints, faults)));
    }

    @Override
    public void restoreState(byte[] state) {
        SavedDevice saved = SavedDeviceReader.read(state);
        change(() -> resumption.restore(saved));
        config.restore(saved.bypass());
        faults.restore(saved.faults());
    }

    @Override
    public void systemReset() {
        if (trace.on()) {
            trace.put(TraceKind.SYSTEM_RESET);
        }
        change(resumption::end);
        config.restore();
    }

    @Override
    public DmaPort open(int endpointId, GuestMemory memory) {
        Endpoint endpoint = endpoints.open(endpointId);
        AccessSlot slot = new AccessSlot();
        gate.join(slot);
        PortFaults portFaults = new PortFaults(faults, endpointId, settings.granule());
        PortTranslation translation =
                new PortTranslation(endpoint, config, portFaults, spaces.invalidations(), stores::failed, trace);
        IommuPort port = new IommuPort(endpoint, translation, slot, memory.open(slot), this::forget);
        ports.add(port);
        return port;
    }

    /**
     * Follows a change of its configuration while it works.
     *
     * @param next differs in nothing that {@link IommuSettings#disturbing} names
     */
    void adjust(IommuSettings next) {
        settings = next;
        config.bootBypass(next.bootBypass());
        writer.submit(() -> spaces.limit(next.quotas()));
    }

    /** Takes over a topology that has changed. Endpoints that are gone are detached soon. */
    void direct(Topology topology) {
        EndpointDirectory next = directory(topology);
        writer.submit(() -> {
            spaces.direct(next);
            resumption.attempt();
        });
    }

    /**
     * Refuses all DMA from now on and needs no store any more, which keeps what it has recorded. The host has ended the
     * session.
     */
    @Override
    public void close() {
        stores.close();
        writer.submit(() -> spaces.ledger().close());
        direct(Topology.EMPTY);
    }

    IommuSettings settings() {
        return settings;
    }

    IommuConfigSpace configSpace() {
        return config;
    }

    AccessGate gate() {
        return gate;
    }

    Endpoints endpoints() {
        return endpoints;
    }

    AddressSpaces spaces() {
        return spaces;
    }

    RequestCounters counters() {
        return counters;
    }

    Faults faults() {
        return faults;
    }

    StoreKeeper stores() {
        return stores;
    }

    TraceFeed traceFeed() {
        return traceFeed;
    }

    long accepted() {
        return accepted;
    }

    /** Accesses that all ports together have decided. */
    long translations() {
        return formerTranslations.sum()
                + ports.stream().mapToLong(IommuPort::translations).sum();
    }

    /** Makes a change of the global bypass lasting before the driver's write ends. */
    private void record(boolean bypass) {
        change(() -> {
            spaces.ledger().bypass(bypass);
            spaces.ledger().commit();
        });
    }

    private void change(Runnable task) {
        writer.call(Executors.callable(task));
    }

    private EndpointDirectory directory(Topology topology) {
        return new EndpointDirectory(topology, settings.node(), settings.reserved());
    }

    private void forget(IommuPort port) {
        gate.leave(port.slot());
        ports.remove(port);
        formerTranslations.add(port.translations());
        endpoints.close(port.state());
    }
}
