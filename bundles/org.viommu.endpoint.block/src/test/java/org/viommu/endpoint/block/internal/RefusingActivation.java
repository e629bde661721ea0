// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import java.nio.ByteBuffer;
import java.util.List;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.RingFault;

/** A driver whose queue cannot be used; it knows whether the device has closed what it opened. */
final class RefusingActivation implements DeviceActivation {
    private final MemoryAccess access;

    RefusingActivation() {
        GuestMemory memory = new GuestMemory();
        memory.add(new MemoryRegion(0, 7, true, List.of(ByteBuffer.allocateDirect(8))));
        access = memory.open();
    }

    boolean closed() {
        try {
            access.getByte(0);
            return false;
        } catch (AccessFault fault) {
            return fault.reason() == AccessFault.Reason.CLOSED;
        }
    }

    @Override
    public long features() {
        return 0;
    }

    @Override
    public MemoryAccess openMemory() {
        return access;
    }

    @Override
    public DeviceQueue openQueue(int index, MemoryAccess memory) throws RingFault {
        throw new RingFault(RingFault.Kind.MISALIGNED_AREA, 1);
    }

    @Override
    public void wake(int queue) {}

    @Override
    public void interrupt(int queue) {}

    @Override
    public void configChanged() {}
}
