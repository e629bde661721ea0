// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverException.Reason;
import org.viommu.driver.ProbeResult;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.iommu.ProbeLayout;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;

/** Room for one PROBE request, whose answer is larger than that of any other. */
public final class ProbeBuffer {
    private final RequestQueue queue;
    private final int size;
    private final long request;
    private final long answer;
    private final RequestStatus[] status = new RequestStatus[1];

    ProbeBuffer(RequestQueue queue, int size, MemoryCarver carver) {
        this.queue = queue;
        this.size = size;
        this.request = carver.take(ProbeLayout.SIZE, Long.BYTES);
        this.answer = carver.take((long) size + RequestLayout.TAIL_SIZE, Long.BYTES);
    }

    /**
     * Asks for the properties of an endpoint.
     *
     * @param endpoint unsigned
     * @return the answer
     * @throws DriverException if the device cannot be driven any more
     */
    public ProbeResult ask(int endpoint) throws DriverException {
        try {
            queue.begin();
            write(endpoint);
            queue.submit(request, ProbeLayout.SIZE, answer + ProbeLayout.PROPERTIES, size, status, 0);
            queue.flush();
            return status[0] == RequestStatus.OK ? PropertyParser.parse(copy()) : new ProbeResult(status[0], List.of());
        } catch (AccessFault fault) {
            throw new DriverException(Reason.MEMORY, "driver memory cannot be accessed", fault);
        }
    }

    private void write(int endpoint) throws AccessFault {
        MemoryAccess memory = queue.memory();
        memory.putInt(request + RequestLayout.TYPE, RequestType.PROBE.value());
        memory.putInt(request + ProbeLayout.ENDPOINT, endpoint);
        for (int at = ProbeLayout.RESERVED; at < ProbeLayout.SIZE; at += Long.BYTES) {
            memory.putLong(request + at, 0);
        }
    }

    /** The device may go on writing, so the properties are parsed in a copy. */
    private ByteBuffer copy() throws AccessFault {
        ByteBuffer properties = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        queue.memory().read(answer + ProbeLayout.PROPERTIES, properties);
        return properties.flip();
    }
}
