// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.util.Arrays;
import org.viommu.driver.internal.RequestQueue;
import org.viommu.driver.internal.Requests;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * MAP and UNMAP requests that are sent together, with one kick, and each of which gets its own status. The device
 * serves them in order. A batch is used again and again; it allocates nothing.
 *
 * <p>A batch that outgrows the request queue is sent in parts. Requests that a driver makes outside of the batch send
 * what the batch holds so far.
 *
 * <p>Confined to the thread that uses its driver.
 */
public final class RequestBatch {
    private final Requests requests;
    private final RequestQueue queue;
    private final RequestStatus[] statuses;
    private int size;
    private boolean flushed;

    RequestBatch(Requests requests, RequestQueue queue, int capacity) {
        this.requests = requests;
        this.queue = queue;
        this.statuses = new RequestStatus[capacity];
    }

    /**
     * How many requests fit.
     *
     * @return at least 1
     */
    public int capacity() {
        return statuses.length;
    }

    /**
     * How many requests were added since the last {@link #flush()}, or had been added at it if none was added since.
     *
     * @return 0 to {@link #capacity()}
     */
    public int size() {
        return size;
    }

    /**
     * Adds a MAP request.
     *
     * @param domain domain ID, unsigned
     * @param virtualStart first I/O virtual address, unsigned
     * @param virtualEnd last one (inclusive), unsigned, above {@code virtualStart}
     * @param physicalStart guest-physical address of the first byte, unsigned
     * @param flags bits of {@link org.viommu.virtio.iommu.MapFlags}
     * @return index of the request in the batch
     * @throws IllegalArgumentException if the standard does not let a driver ask for that, see {@link IommuDriver#map}
     * @throws IllegalStateException if the batch is full
     * @throws DriverException if the device cannot be driven any more
     */
    public int map(int domain, long virtualStart, long virtualEnd, long physicalStart, int flags)
            throws DriverException {
        int index = next();
        requests.map(domain, virtualStart, virtualEnd, physicalStart, flags, statuses, index);
        size = index + 1;
        return index;
    }

    /**
     * Adds an UNMAP request.
     *
     * @param domain domain ID, unsigned
     * @param virtualStart first I/O virtual address, unsigned
     * @param virtualEnd last one (inclusive), unsigned, not below {@code virtualStart}
     * @return index of the request in the batch
     * @throws IllegalArgumentException if the standard does not let a driver ask for that, see {@link
     *     IommuDriver#unmap}
     * @throws IllegalStateException if the batch is full
     * @throws DriverException if the device cannot be driven any more
     */
    public int unmap(int domain, long virtualStart, long virtualEnd) throws DriverException {
        int index = next();
        requests.unmap(domain, virtualStart, virtualEnd, statuses, index);
        size = index + 1;
        return index;
    }

    /**
     * Sends the requests and waits for all answers. The next request added begins anew.
     *
     * @return how many of the batch's requests were refused
     * @throws DriverException if the device cannot be driven any more
     */
    public int flush() throws DriverException {
        begin();
        queue.flush();
        flushed = true;
        int refused = 0;
        for (int i = 0; i < size; i++) {
            refused += statuses[i] == RequestStatus.OK ? 0 : 1;
        }
        return refused;
    }

    /**
     * The answer to a request. {@link RequestStatus#IOERR} stands also for an answer that the standard does not have,
     * such as a buffer that came back unwritten.
     *
     * @param index of the request, 0 to {@link #size()} - 1
     * @return null if it has not been answered yet
     */
    public RequestStatus status(int index) {
        return statuses[index];
    }

    private int next() {
        begin();
        if (size == statuses.length) {
            throw new IllegalStateException("batch of " + size + " requests is full; flush it first");
        }
        return size;
    }

    private void begin() {
        if (flushed) {
            flushed = false;
            size = 0;
            Arrays.fill(statuses, null);
        }
    }
}
