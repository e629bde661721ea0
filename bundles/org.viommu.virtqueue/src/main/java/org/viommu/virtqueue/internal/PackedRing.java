// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.PackedLayout;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;

/**
 * The three areas of a packed ring in memory, without the state of either side.
 *
 * <p>A position is a slot together with a wrap counter, as one number: 0 (inclusive) to N (exclusive) are the slots of
 * a round with wrap counter 1, N to 2 N those of a round with wrap counter 0. So positions run in a circle of 2 N, and
 * distances up to N are unambiguous.
 *
 * <p>The second half of a descriptor is read and written in one eight-byte word: a peer that changes it meanwhile can
 * then not show two values of one field.
 */
final class PackedRing {
    private static final int SHORT_MASK = 0xffff;
    private static final long LOW_WORD = 0xffff_ffffL;
    private static final int BOTH = PackedLayout.FLAG_AVAILABLE | PackedLayout.FLAG_USED;

    private final MemoryAccess access;
    private final int size;
    private final int circle;
    private final long descriptors;
    private final long driverEvents;
    private final long deviceEvents;

    PackedRing(QueueAddresses addresses, MemoryAccess access) throws RingFault {
        this.access = access;
        this.size = addresses.size();
        this.circle = 2 * size;
        this.descriptors = addresses.descriptorArea();
        this.driverEvents = addresses.driverArea();
        this.deviceEvents = addresses.deviceArea();
        Areas.check(descriptors, PackedLayout.descriptorRingSize(size), PackedLayout.DESCRIPTOR_RING_ALIGNMENT);
        Areas.check(driverEvents, PackedLayout.EVENT_SIZE, PackedLayout.EVENT_ALIGNMENT);
        Areas.check(deviceEvents, PackedLayout.EVENT_SIZE, PackedLayout.EVENT_ALIGNMENT);
    }

    int size() {
        return size;
    }

    MemoryAccess access() {
        return access;
    }

    /** The position {@code count} (0 to 2 N) slots behind another. */
    int advance(int position, int count) {
        int next = position + count;
        return next < circle ? next : next - circle;
    }

    /** How many slots one position is ahead of another, 0 to 2 N - 1. */
    int distance(int ahead, int behind) {
        int distance = ahead - behind;
        return distance < 0 ? distance + circle : distance;
    }

    int slot(int position) {
        return position < size ? position : position - size;
    }

    /** A position as events and notifications carry it: the slot in 15 bits, the wrap counter above. */
    int encode(int position) {
        return position < size ? position | PackedLayout.POSITION_WRAP : position - size;
    }

    /** The position that {@link #encode} has encoded; its slot is below N. */
    int decode(int encoded) {
        int slot = encoded & PackedLayout.POSITION_WRAP - 1;
        return (encoded & PackedLayout.POSITION_WRAP) != 0 ? slot : slot + size;
    }

    /** The flags that tell that a descriptor is available. */
    int availableMark(int position) {
        return position < size ? PackedLayout.FLAG_AVAILABLE : PackedLayout.FLAG_USED;
    }

    /** The flags that tell that a descriptor is used. */
    int usedMark(int position) {
        return position < size ? BOTH : 0;
    }

    /** The flags of a descriptor that the driver has not made available yet: those of a used one of the last round. */
    int freeMark(int position) {
        return position < size ? 0 : BOTH;
    }

    boolean isAvailable(int flags, int position) {
        return (flags & BOTH) == availableMark(position);
    }

    boolean isUsed(int flags, int position) {
        return (flags & BOTH) == usedMark(position);
    }

    /** Reads the flags of a descriptor; what is read later is at least as new. */
    int flags(int position) throws AccessFault {
        return access.getShortAcquire(descriptor(position) + PackedLayout.DESCRIPTOR_FLAGS) & SHORT_MASK;
    }

    /** Writes the flags of a descriptor behind everything that has been written before. */
    void publishFlags(int position, int flags) throws AccessFault {
        access.putShortRelease(descriptor(position) + PackedLayout.DESCRIPTOR_FLAGS, (short) flags);
    }

    /** Address of the descriptor at a position. */
    long descriptor(int position) {
        return tableEntry(descriptors, slot(position));
    }

    /** Address of a descriptor of an indirect table. */
    static long tableEntry(long table, int index) {
        return table + (long) index * PackedLayout.DESCRIPTOR_SIZE;
    }

    long address(long descriptor) throws AccessFault {
        return access.getLong(descriptor + PackedLayout.DESCRIPTOR_ADDRESS);
    }

    void putAddress(long descriptor, long address) throws AccessFault {
        access.putLong(descriptor + PackedLayout.DESCRIPTOR_ADDRESS, address);
    }

    /** The second half of a descriptor, for {@link #length(long)}, {@link #id(long)} and {@link #flags(long)}. */
    long tail(long descriptor) throws AccessFault {
        return access.getLong(descriptor + PackedLayout.DESCRIPTOR_LENGTH);
    }

    static int length(long tail) {
        return (int) tail;
    }

    static int id(long tail) {
        return (int) (tail >>> 32) & SHORT_MASK;
    }

    static int flags(long tail) {
        return (int) (tail >>> 48);
    }

    void putTail(long descriptor, int length, int id, int flags) throws AccessFault {
        access.putLong(
                descriptor + PackedLayout.DESCRIPTOR_LENGTH, length & LOW_WORD | (long) id << 32 | (long) flags << 48);
    }

    /** What the driver wants to hear, for {@link #wanted}. */
    int driverEvent() throws AccessFault {
        return access.getInt(driverEvents);
    }

    void putDriverEvent(int position, int flags) throws AccessFault {
        access.putInt(driverEvents, encode(position) | flags << 16);
    }

    /** What the device wants to hear, for {@link #wanted}. */
    int deviceEvent() throws AccessFault {
        return access.getInt(deviceEvents);
    }

    void putDeviceEvent(int position, int flags) throws AccessFault {
        access.putInt(deviceEvents, encode(position) | flags << 16);
    }

    /**
     * Whether a peer wants to hear of the positions from {@code before} (inclusive) to {@code now} (exclusive) (virtio
     * 1.4, 2.8.10). A structure that says nothing valid asks for each notification: one too many does no harm.
     */
    boolean wanted(int event, boolean eventIndex, int now, int before) {
        int flags = event >>> 16;
        if (flags == PackedLayout.EVENT_DISABLE) {
            return false;
        }
        boolean inRing = (event & PackedLayout.POSITION_WRAP - 1) < size;
        if (flags != PackedLayout.EVENT_DESCRIPTOR || !eventIndex || !inRing) {
            return true;
        }
        return distance(decode(event), before) < distance(now, before);
    }
}
