// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import org.viommu.memory.AccessFault;

/** Memory with the areas of one packed ring in it, which a test writes and reads by hand, field by field. */
final class PackedRig extends MemoryRig {
    static final int NEXT = PackedLayout.FLAG_NEXT;
    static final int WRITE = PackedLayout.FLAG_WRITE;
    static final int INDIRECT = PackedLayout.FLAG_INDIRECT;

    /** What a side with wrap counter 1 or 0 writes to make a descriptor available or used. */
    static final int AVAILABLE_1 = 0x0080;

    static final int AVAILABLE_0 = 0x8000;
    static final int USED_1 = 0x8080;
    static final int USED_0 = 0;

    PackedRig(int size) {
        super(size);
    }

    @Override
    DeviceRing device(long features) throws RingFault {
        return super.device(features | RingFeatures.PACKED);
    }

    @Override
    DriverQueue driver(long features) throws RingFault {
        return super.driver(features | RingFeatures.PACKED);
    }

    PackedRig descriptor(int slot, long address, long length, int id, int flags) throws AccessFault {
        return tableEntry(addresses.descriptorArea(), slot, address, length, id, flags);
    }

    PackedRig tableEntry(long table, int index, long address, long length, int id, int flags) throws AccessFault {
        long at = table + (long) PackedLayout.DESCRIPTOR_SIZE * index;
        access.putLong(at + PackedLayout.DESCRIPTOR_ADDRESS, address);
        access.putInt(at + PackedLayout.DESCRIPTOR_LENGTH, (int) length);
        access.putShort(at + PackedLayout.DESCRIPTOR_ID, (short) id);
        access.putShort(at + PackedLayout.DESCRIPTOR_FLAGS, (short) flags);
        return this;
    }

    PackedRig used(int slot, long length, int id, int flags) throws AccessFault {
        return descriptor(slot, 0, length, id, flags);
    }

    long address(int slot) throws AccessFault {
        return access.getLong(descriptor(slot) + PackedLayout.DESCRIPTOR_ADDRESS);
    }

    int length(int slot) throws AccessFault {
        return access.getInt(descriptor(slot) + PackedLayout.DESCRIPTOR_LENGTH);
    }

    int id(int slot) throws AccessFault {
        return access.getShort(descriptor(slot) + PackedLayout.DESCRIPTOR_ID) & 0xffff;
    }

    int flags(int slot) throws AccessFault {
        return access.getShort(descriptor(slot) + PackedLayout.DESCRIPTOR_FLAGS) & 0xffff;
    }

    PackedRig driverEvent(int position, int flags) throws AccessFault {
        return event(addresses.driverArea(), position, flags);
    }

    PackedRig deviceEvent(int position, int flags) throws AccessFault {
        return event(addresses.deviceArea(), position, flags);
    }

    int driverEventPosition() throws AccessFault {
        return access.getShort(addresses.driverArea() + PackedLayout.EVENT_POSITION) & 0xffff;
    }

    int driverEventFlags() throws AccessFault {
        return access.getShort(addresses.driverArea() + PackedLayout.EVENT_FLAGS);
    }

    int deviceEventPosition() throws AccessFault {
        return access.getShort(addresses.deviceArea() + PackedLayout.EVENT_POSITION) & 0xffff;
    }

    int deviceEventFlags() throws AccessFault {
        return access.getShort(addresses.deviceArea() + PackedLayout.EVENT_FLAGS);
    }

    private PackedRig event(long at, int position, int flags) throws AccessFault {
        access.putShort(at + PackedLayout.EVENT_POSITION, (short) position);
        access.putShort(at + PackedLayout.EVENT_FLAGS, (short) flags);
        return this;
    }

    private long descriptor(int slot) {
        return addresses.descriptorArea() + (long) PackedLayout.DESCRIPTOR_SIZE * slot;
    }
}
