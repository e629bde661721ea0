// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.viommu.driver.DriverException.Reason;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * An IOMMU as an operating system uses it: domains whose mappings are remembered, so that they come back when a domain
 * regains an endpoint ({@link IommuDomain#attach}) or the device was reset ({@link #recover}).
 *
 * <p>Thread-safe: there is one queue of requests, and one lock in front of it.
 */
public final class GuestIommu implements AutoCloseable {
    private final DriverTransport transport;
    private final DriverMemory memory;
    private final Duration timeout;
    private final List<Consumer<FaultReport>> listeners = new CopyOnWriteArrayList<>();
    private final BitSet usedDomains = new BitSet();
    private final List<IommuDomain> domains = new ArrayList<>();
    private final Map<Integer, IommuDomain> attached = new HashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(GuestIommu::daemon);
    private IommuDriver driver;
    private RequestBatch batch;

    private GuestIommu(DriverTransport transport, DriverMemory memory, Duration timeout) throws DriverException {
        this.transport = transport;
        this.memory = memory;
        this.timeout = timeout;
        start();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "viommu-driver-flush");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Resets a device and starts it.
     *
     * @param transport the way to the device, used by nothing else until {@link #close()}
     * @param memory for rings and buffers
     * @param timeout how long the device may take for an answer
     * @return an IOMMU without domains
     * @throws DriverException if the device cannot be driven
     */
    public static GuestIommu start(DriverTransport transport, DriverMemory memory, Duration timeout)
            throws DriverException {
        return new GuestIommu(transport, memory, timeout);
    }

    private void start() throws DriverException {
        driver = IommuDriver.start(
                transport, memory, timeout, report -> listeners.forEach(listener -> listener.accept(report)));
        batch = driver.batch(IommuDomain.BATCH);
    }

    /**
     * The driver beneath, for requests that nobody remembers. Hold this object's monitor while using it.
     *
     * @return another one after each {@link #recover}
     */
    public synchronized IommuDriver driver() {
        return driver;
    }

    /**
     * Says who hears of fault reports, on a thread of the driver's.
     *
     * @param listener also hears of faults of endpoints that others use
     */
    public void addFaultListener(Consumer<FaultReport> listener) {
        listeners.add(listener);
    }

    /**
     * Takes a listener back.
     *
     * @param listener that was added
     */
    public void removeFaultListener(Consumer<FaultReport> listener) {
        listeners.remove(listener);
    }

    /**
     * Makes a domain for mappings.
     *
     * @return a domain without endpoints
     * @throws DriverException if all domain IDs are in use ({@link Reason#ADDRESSES})
     */
    public synchronized IommuDomain createDomain() throws DriverException {
        return add(new IommuDomain(this, nextDomain(), IommuDomain.Kind.TRANSLATED));
    }

    /**
     * Makes a domain whose endpoints use guest-physical addresses: a bypass domain, or where the device has none, a
     * domain with all addresses mapped to themselves but those reserved for its first endpoints.
     *
     * @return a domain without endpoints
     * @throws DriverException if all domain IDs are in use ({@link Reason#ADDRESSES})
     */
    public synchronized IommuDomain createIdentityDomain() throws DriverException {
        boolean bypass = (driver.features() & IommuFeatures.BYPASS_CONFIG) != 0;
        return add(new IommuDomain(
                this, nextDomain(), bypass ? IommuDomain.Kind.BYPASS : IommuDomain.Kind.MAPPED_TO_ITSELF));
    }

    private int nextDomain() throws DriverException {
        IommuConfig config = driver.config();
        int next = usedDomains.nextClearBit(0);
        if (Integer.compareUnsigned(next, config.domainEnd() - config.domainStart()) > 0) {
            throw new DriverException(Reason.ADDRESSES, "all %d domain IDs are in use".formatted(next));
        }
        usedDomains.set(next);
        return config.domainStart() + next;
    }

    private IommuDomain add(IommuDomain domain) {
        domains.add(domain);
        return domain;
    }

    /** A domain is given up. */
    void remove(IommuDomain domain) {
        if (domains.remove(domain)) {
            usedDomains.clear(domain.id() - driver.config().domainStart());
        }
    }

    /** Which domain an endpoint is in; null for none. */
    IommuDomain domainOf(int endpoint) {
        return attached.get(endpoint);
    }

    /** Takes note of where an endpoint is; null for nowhere. */
    void note(int endpoint, IommuDomain domain) {
        if (domain == null) {
            attached.remove(endpoint);
        } else {
            attached.put(endpoint, domain);
        }
    }

    /** Whether the device knows the domain, which it does while an endpoint is in it. */
    boolean live(IommuDomain domain) {
        return attached.containsValue(domain);
    }

    int[] endpointsOf(IommuDomain domain) {
        return attached.keySet().stream()
                .filter(endpoint -> attached.get(endpoint) == domain)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    RequestBatch batch() {
        return batch;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    /** An answer that has to be OK. */
    static void require(RequestStatus status, String format, Object... arguments) throws DriverException {
        if (status != RequestStatus.OK) {
            throw new DriverException(Reason.REFUSED, format.formatted(arguments) + ": " + status);
        }
    }

    /**
     * Begins anew with a device that was reset, that asks for it, or that has stopped to answer: resets and starts it,
     * attaches every endpoint where it was, and maps what was mapped.
     *
     * @throws DriverException if the device cannot be driven, or refuses now what it accepted before
     */
    public synchronized void recover() throws DriverException {
        driver.close();
        start();
        Map<Integer, IommuDomain> wanted = new HashMap<>(attached);
        attached.clear();
        for (IommuDomain domain : domains) {
            int[] endpoints = wanted.keySet().stream()
                    .filter(endpoint -> wanted.get(endpoint) == domain)
                    .mapToInt(Integer::intValue)
                    .toArray();
            domain.restore(endpoints);
        }
    }

    /** Resets the device, which ends all domains, and stops the driver. */
    @Override
    public void close() {
        timer.shutdownNow();
        synchronized (this) {
            driver.close();
        }
    }
}
