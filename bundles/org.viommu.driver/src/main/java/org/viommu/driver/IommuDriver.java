// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.time.Duration;
import java.util.function.Consumer;
import org.viommu.driver.internal.DriverStart;
import org.viommu.driver.internal.EventQueue;
import org.viommu.driver.internal.ProbeBuffer;
import org.viommu.driver.internal.RequestQueue;
import org.viommu.driver.internal.Requests;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * The guest's side of a virtio-iommu (virtio 1.4, 5.13).
 *
 * <p>Requests are made by one thread at a time and wait for the device's answer, but never longer than the time-out.
 * They allocate nothing. Fault reports are delivered by a thread of the driver's own. What the device answers is
 * checked: a hostile one can spoil the answer, or make the driver give up, but nothing else.
 */
public final class IommuDriver implements AutoCloseable {
    private final DriverTransport transport;
    private final long features;
    private final IommuConfig config;
    private final RequestQueue queue;
    private final Requests requests;
    private final ProbeBuffer probe;
    private final EventQueue events;
    private final RequestStatus[] status = new RequestStatus[1];

    private IommuDriver(DriverTransport transport, DriverStart start) {
        this.transport = transport;
        this.features = start.features();
        this.config = start.config();
        this.queue = start.requests();
        this.probe = start.probe();
        this.events = start.events();
        this.requests = new Requests(queue, features, config);
    }

    /**
     * Resets the device, agrees with it on features, sets its queues up and starts it. It accepts everything that it
     * knows of what the device offers.
     *
     * @param transport the way to the device, used by nothing else until {@link #close()}
     * @param memory for rings and buffers
     * @param timeout how long the device may take for an answer
     * @param faults is told of each fault report, by a thread of the driver's own
     * @return the driver of a working device
     * @throws IllegalArgumentException if the piece of memory is too small
     * @throws DriverException if the device cannot be driven; it is then marked as given up
     */
    public static IommuDriver start(
            DriverTransport transport, DriverMemory memory, Duration timeout, Consumer<FaultReport> faults)
            throws DriverException {
        return new IommuDriver(transport, DriverStart.start(transport, memory, timeout, faults));
    }

    /**
     * What the configuration space said at the start.
     *
     * @return the configuration, already checked
     */
    public IommuConfig config() {
        return config;
    }

    /**
     * What driver and device have agreed on.
     *
     * @return one bit for each feature
     */
    public long features() {
        return features;
    }

    /**
     * Fault reports that the driver has dropped because they were too short or of an unknown form.
     *
     * @return how many, at least 0
     */
    public long droppedReports() {
        return events.dropped();
    }

    /**
     * Puts an endpoint into a domain, and takes it out of the one it was in.
     *
     * @param domain domain ID, unsigned, within the domain range
     * @param endpoint endpoint ID, unsigned
     * @param flags bits of {@link org.viommu.virtio.iommu.AttachFlags}
     * @return the device's answer
     * @throws IllegalArgumentException if the domain is out of range, or a flag is unknown or its feature not
     *     negotiated
     * @throws DriverException if the device cannot be driven any more
     */
    public RequestStatus attach(int domain, int endpoint, int flags) throws DriverException {
        requests.attach(domain, endpoint, flags, status, 0);
        return answer();
    }

    /**
     * Takes an endpoint out of its domain.
     *
     * @param domain domain ID, unsigned, within the domain range
     * @param endpoint endpoint ID, unsigned
     * @return the device's answer
     * @throws IllegalArgumentException if the domain is out of range
     * @throws DriverException if the device cannot be driven any more
     */
    public RequestStatus detach(int domain, int endpoint) throws DriverException {
        requests.detach(domain, endpoint, status, 0);
        return answer();
    }

    /**
     * Maps a range for all endpoints of a domain.
     *
     * @param domain domain ID, unsigned, within the domain range
     * @param virtualStart first I/O virtual address, unsigned, within the input range
     * @param virtualEnd last one (inclusive), unsigned, above {@code virtualStart} and within the input range
     * @param physicalStart guest-physical address of the first byte, unsigned
     * @param flags bits of {@link org.viommu.virtio.iommu.MapFlags}
     * @return the device's answer
     * @throws IllegalArgumentException if an argument is not as said, or a flag is unknown or its feature not
     *     negotiated
     * @throws DriverException if the device cannot be driven any more
     */
    public RequestStatus map(int domain, long virtualStart, long virtualEnd, long physicalStart, int flags)
            throws DriverException {
        requests.map(domain, virtualStart, virtualEnd, physicalStart, flags, status, 0);
        return answer();
    }

    /**
     * Removes all mappings in a range.
     *
     * @param domain domain ID, unsigned, within the domain range
     * @param virtualStart first I/O virtual address, unsigned, within the input range
     * @param virtualEnd last one (inclusive), unsigned, not below {@code virtualStart} and within the input range
     * @return the device's answer
     * @throws IllegalArgumentException if an argument is not as said
     * @throws DriverException if the device cannot be driven any more
     */
    public RequestStatus unmap(int domain, long virtualStart, long virtualEnd) throws DriverException {
        requests.unmap(domain, virtualStart, virtualEnd, status, 0);
        return answer();
    }

    /**
     * Asks for the properties of an endpoint, which should be done before it is attached.
     *
     * @param endpoint endpoint ID, unsigned
     * @return the device's answer
     * @throws IllegalStateException if PROBE was not negotiated
     * @throws DriverException if the device cannot be driven any more
     */
    public ProbeResult probe(int endpoint) throws DriverException {
        if (probe == null) {
            throw new IllegalStateException("PROBE was not negotiated");
        }
        return probe.ask(endpoint);
    }

    /**
     * Makes a batch for MAP and UNMAP requests.
     *
     * @param capacity how many requests fit, at least 1
     * @return an empty batch
     */
    public RequestBatch batch(int capacity) {
        return new RequestBatch(requests, queue, capacity);
    }

    /**
     * Whether endpoints that are in no domain bypass the IOMMU.
     *
     * @return the global bypass bit
     * @throws IllegalStateException if BYPASS_CONFIG was not negotiated
     */
    public boolean bypass() {
        requireBypass();
        return (transport.readConfig(IommuConfigLayout.BYPASS, 1) & 1) != 0;
    }

    /**
     * Says whether endpoints that are in no domain bypass the IOMMU.
     *
     * @param bypass the global bypass bit
     * @throws IllegalStateException if BYPASS_CONFIG was not negotiated
     */
    public void setBypass(boolean bypass) {
        requireBypass();
        transport.writeConfig(IommuConfigLayout.BYPASS, 1, bypass ? 1 : 0);
    }

    private void requireBypass() {
        if ((features & IommuFeatures.BYPASS_CONFIG) == 0) {
            throw new IllegalStateException("BYPASS_CONFIG was not negotiated");
        }
    }

    private RequestStatus answer() throws DriverException {
        queue.flush();
        return status[0];
    }

    /**
     * Resets the device, which ends all domains, and stops the driver. A device that does not come to rest within the
     * time-out is left alone.
     */
    @Override
    public void close() {
        queue.close();
        events.close();
    }
}
