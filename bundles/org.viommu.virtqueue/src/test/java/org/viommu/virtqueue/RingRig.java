// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import org.viommu.memory.AccessFault;

/** Memory with the areas of one split ring in it, which a test writes and reads by hand, field by field. */
final class RingRig extends MemoryRig {
    static final int NEXT = SplitLayout.FLAG_NEXT;
    static final int WRITE = SplitLayout.FLAG_WRITE;
    static final int INDIRECT = SplitLayout.FLAG_INDIRECT;

    RingRig(int size) {
        super(size);
    }

    RingRig descriptor(int index, long address, long length, int flags, int next) throws AccessFault {
        return tableEntry(addresses.descriptorArea(), index, address, length, flags, next);
    }

    RingRig tableEntry(long table, int index, long address, long length, int flags, int next) throws AccessFault {
        long at = table + (long) SplitLayout.DESCRIPTOR_SIZE * index;
        access.putLong(at + SplitLayout.DESCRIPTOR_ADDRESS, address);
        access.putInt(at + SplitLayout.DESCRIPTOR_LENGTH, (int) length);
        access.putShort(at + SplitLayout.DESCRIPTOR_FLAGS, (short) flags);
        access.putShort(at + SplitLayout.DESCRIPTOR_NEXT, (short) next);
        return this;
    }

    /** Makes chains available behind those that are available already. */
    RingRig offer(int... heads) throws AccessFault {
        int index = access.getShort(addresses.driverArea() + SplitLayout.AVAILABLE_INDEX) & 0xffff;
        for (int head : heads) {
            long slot = index++ & addresses.size() - 1;
            access.putShort(
                    addresses.driverArea() + SplitLayout.AVAILABLE_HEADS + SplitLayout.AVAILABLE_HEAD_SIZE * slot,
                    (short) head);
        }
        return availableIndex(index);
    }

    RingRig availableIndex(int index) throws AccessFault {
        access.putShort(addresses.driverArea() + SplitLayout.AVAILABLE_INDEX, (short) index);
        return this;
    }

    RingRig availableFlags(int flags) throws AccessFault {
        access.putShort(addresses.driverArea() + SplitLayout.AVAILABLE_FLAGS, (short) flags);
        return this;
    }

    RingRig usedEvent(int index) throws AccessFault {
        access.putShort(addresses.driverArea() + SplitLayout.usedEvent(addresses.size()), (short) index);
        return this;
    }

    int usedEvent() throws AccessFault {
        return access.getShort(addresses.driverArea() + SplitLayout.usedEvent(addresses.size())) & 0xffff;
    }

    int availableIndex() throws AccessFault {
        return access.getShort(addresses.driverArea() + SplitLayout.AVAILABLE_INDEX) & 0xffff;
    }

    int availableFlags() throws AccessFault {
        return access.getShort(addresses.driverArea() + SplitLayout.AVAILABLE_FLAGS);
    }

    RingRig used(int slot, long id, long length) throws AccessFault {
        access.putInt(element(slot) + SplitLayout.USED_ELEMENT_ID, (int) id);
        access.putInt(element(slot) + SplitLayout.USED_ELEMENT_LENGTH, (int) length);
        return this;
    }

    RingRig usedIndex(int index) throws AccessFault {
        access.putShort(addresses.deviceArea() + SplitLayout.USED_INDEX, (short) index);
        return this;
    }

    RingRig usedFlags(int flags) throws AccessFault {
        access.putShort(addresses.deviceArea() + SplitLayout.USED_FLAGS, (short) flags);
        return this;
    }

    RingRig availableEvent(int index) throws AccessFault {
        access.putShort(addresses.deviceArea() + SplitLayout.availableEvent(addresses.size()), (short) index);
        return this;
    }

    int usedIndex() throws AccessFault {
        return access.getShort(addresses.deviceArea() + SplitLayout.USED_INDEX) & 0xffff;
    }

    int usedFlags() throws AccessFault {
        return access.getShort(addresses.deviceArea() + SplitLayout.USED_FLAGS);
    }

    int usedId(int slot) throws AccessFault {
        return access.getInt(element(slot) + SplitLayout.USED_ELEMENT_ID);
    }

    int usedLength(int slot) throws AccessFault {
        return access.getInt(element(slot) + SplitLayout.USED_ELEMENT_LENGTH);
    }

    int availableEvent() throws AccessFault {
        return access.getShort(addresses.deviceArea() + SplitLayout.availableEvent(addresses.size())) & 0xffff;
    }

    private long element(int slot) {
        return addresses.deviceArea() + SplitLayout.USED_ELEMENTS + (long) SplitLayout.USED_ELEMENT_SIZE * slot;
    }
}
