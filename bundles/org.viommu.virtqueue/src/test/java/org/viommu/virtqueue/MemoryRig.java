// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;

/** Memory with room for the areas of one ring of any layout, and for buffers. */
class MemoryRig {
    static final long BASE = 0x4000_0000L;
    static final long BUFFERS = BASE + 0x10_0000;
    static final int MEMORY_SIZE = 0x20_0000;

    /** An address of the region behind the writable one. */
    static final long READ_ONLY = BASE + MEMORY_SIZE;

    final GuestMemory memory = new GuestMemory();
    final MemoryAccess access = memory.open();
    final QueueAddresses addresses;

    MemoryRig(int size) {
        addresses = new QueueAddresses(size, BASE, BASE + 0x8_0000, BASE + 0xa_0000);
        memory.replace(List.of(
                new MemoryRegion(BASE, BASE + MEMORY_SIZE - 1, true, List.of(ByteBuffer.allocateDirect(MEMORY_SIZE))),
                new MemoryRegion(READ_ONLY, READ_ONLY + 0xfff, false, List.of(ByteBuffer.allocateDirect(0x1000)))));
    }

    DeviceRing device(long features) throws RingFault {
        return Virtqueues.openDevice(addresses, features, memory.open());
    }

    DriverQueue driver(long features) throws RingFault {
        return Virtqueues.openDriver(addresses, features, memory.open());
    }

    /** A copy of a range of memory. */
    ByteBuffer copy(long address, int length) throws AccessFault {
        ByteBuffer copy = ByteBuffer.allocate(length);
        access.read(address, copy);
        return copy.flip();
    }

    static void assertFault(ThrowingCallable call, RingFault.Kind kind) {
        RingFault fault = catchThrowableOfType(RingFault.class, call);
        assertThat(fault).isNotNull();
        assertThat(fault.kind()).isEqualTo(kind);
    }
}
