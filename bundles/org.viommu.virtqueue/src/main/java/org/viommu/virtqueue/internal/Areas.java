// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import org.viommu.memory.AccessFault;
import org.viommu.virtqueue.RingFault;

/** Judges where a driver has put what the rings consist of. */
final class Areas {
    /** Bytes of a descriptor, in both layouts. */
    private static final int DESCRIPTOR_SIZE = 16;

    /** As many descriptors as a 16-bit index can tell apart. */
    private static final long MAX_TABLE_LENGTH = (1L << 16) * DESCRIPTOR_SIZE;

    private Areas() {}

    /** Checks an area of {@code length} bytes; the alignment is a power of two. */
    static void check(long address, long length, int alignment) throws RingFault {
        if ((address & alignment - 1) != 0) {
            throw new RingFault(RingFault.Kind.MISALIGNED_AREA, address);
        }
        checkEnd(address, length);
    }

    /** Checks an indirect table of {@code length} bytes, unsigned; returns how many descriptors it has. */
    static int tableEntries(long address, int length) throws RingFault {
        long bytes = Integer.toUnsignedLong(length);
        if (bytes == 0 || bytes % DESCRIPTOR_SIZE != 0 || bytes > MAX_TABLE_LENGTH) {
            throw new RingFault(RingFault.Kind.BAD_INDIRECT_LENGTH, bytes);
        }
        checkEnd(address, bytes);
        return (int) (bytes / DESCRIPTOR_SIZE);
    }

    /** Turns an access that memory has refused to the ring into a fault of the ring. */
    static RingFault outside(AccessFault fault) {
        return new RingFault(RingFault.Kind.RING_OUTSIDE_MEMORY, fault.address());
    }

    private static void checkEnd(long address, long length) throws RingFault {
        if (Long.compareUnsigned(address + length - 1, address) < 0) {
            throw new RingFault(RingFault.Kind.RING_OUTSIDE_MEMORY, address);
        }
    }
}
