// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
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
final class PackedRing implements Located {
    private static final int SHORT_MASK = 0xffff;
    private static final long LOW_WORD = 0xffff_ffffL;
    private static final int BOTH = PackedLayout.FLAG_AVAILABLE | PackedLayout.FLAG_USED;

    private final MemoryAccess access;
    private final int size;
    private final int circle;
    private final RingArea descriptors;
    private final RingArea driverEvents;
    private final RingArea deviceEvents;
    private final RingBracket bracket;

    /** The buffer that has all three areas, or null: then each area knows what it lies in. */
    private ByteBuffer whole;

    /** Where that buffer has the first byte of each area. */
    private int table;

    private int driverEvent;
    private int deviceEvent;

    private PackedRing(QueueAddresses addresses, MemoryAccess access, boolean device) throws RingFault {
        this.access = access;
        this.size = addresses.size();
        this.circle = 2 * size;
        int slots = PackedLayout.descriptorRingSize(size);
        int event = PackedLayout.EVENT_SIZE;
        Areas.check(addresses.descriptorArea(), slots, PackedLayout.DESCRIPTOR_RING_ALIGNMENT);
        Areas.check(addresses.driverArea(), event, PackedLayout.EVENT_ALIGNMENT);
        Areas.check(addresses.deviceArea(), event, PackedLayout.EVENT_ALIGNMENT);
        this.descriptors = new RingArea(access, addresses.descriptorArea(), slots, true, true);
        this.driverEvents = new RingArea(access, addresses.driverArea(), event, device, !device);
        this.deviceEvents = new RingArea(access, addresses.deviceArea(), event, !device, device);
        this.bracket = new RingBracket(access, descriptors, driverEvents, deviceEvents, this);
    }

    @Override
    public void locate() {
        ByteBuffer one = descriptors.bytes();
        whole = one == driverEvents.bytes() && one == deviceEvents.bytes() ? one : null;
        table = descriptors.base();
        driverEvent = driverEvents.base();
        deviceEvent = deviceEvents.base();
    }

    /** The ring as a device reads and writes it. */
    static PackedRing ofDevice(QueueAddresses addresses, MemoryAccess access) throws RingFault {
        return new PackedRing(addresses, access, true);
    }

    /** The ring as a driver reads and writes it. */
    static PackedRing ofDriver(QueueAddresses addresses, MemoryAccess access) throws RingFault {
        return new PackedRing(addresses, access, false);
    }

    /** What is around the methods below that throw {@link AccessFault}. */
    RingBracket bracket() {
        return bracket;
    }

    int size() {
        return size;
    }

    /** The buffer that has all of the ring, or null. */
    ByteBuffer whole() {
        return whole;
    }

    /** Where the buffer has the first descriptor. */
    int table() {
        return table;
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

    /** What flags tell of the descriptor's state. */
    static int marks(int flags) {
        return flags & BOTH;
    }

    boolean isAvailable(int flags, int position) {
        return (flags & BOTH) == availableMark(position);
    }

    boolean isUsed(int flags, int position) {
        return (flags & BOTH) == usedMark(position);
    }

    /** Reads the flags of a descriptor; what is read later is at least as new. */
    int flags(int position) throws AccessFault {
        int offset = offset(position) + PackedLayout.DESCRIPTOR_FLAGS;
        ByteBuffer direct = whole;
        if (direct == null) {
            return descriptors.getShortAcquire(offset);
        }
        int flags = direct.getShort(table + offset) & SHORT_MASK;
        VarHandle.acquireFence();
        return flags;
    }

    /** Writes the flags of a descriptor behind everything that has been written before. */
    void publishFlags(int position, int flags) throws AccessFault {
        int offset = offset(position) + PackedLayout.DESCRIPTOR_FLAGS;
        ByteBuffer direct = whole;
        if (direct != null) {
            VarHandle.releaseFence();
            direct.putShort(table + offset, (short) flags);
        } else {
            descriptors.putShortRelease(offset, flags);
        }
    }

    long address(int position) throws AccessFault {
        return getLong(offset(position) + PackedLayout.DESCRIPTOR_ADDRESS);
    }

    void putAddress(int position, long address) throws AccessFault {
        putLong(offset(position) + PackedLayout.DESCRIPTOR_ADDRESS, address);
    }

    /** The second half of a descriptor, for {@link #length(long)}, {@link #id(long)} and {@link #flags(long)}. */
    long tail(int position) throws AccessFault {
        return getLong(offset(position) + PackedLayout.DESCRIPTOR_LENGTH);
    }

    /**
     * Reads the second half of a descriptor; its other fields, and what is read later, are at least as new as its flags.
     */
    long tailAcquire(int position) throws AccessFault {
        int offset = offset(position) + PackedLayout.DESCRIPTOR_LENGTH;
        ByteBuffer direct = whole;
        if (direct == null) {
            // Memory may end within the word, which is then read in parts, the flags last.
            long flags = flags(position);
            return descriptors.getLong(offset) << Short.SIZE >>> Short.SIZE | flags << 48;
        }
        long tail = direct.getLong(table + offset);
        VarHandle.acquireFence();
        return tail;
    }

    void putTail(int position, int length, int id, int flags) throws AccessFault {
        putLong(offset(position) + PackedLayout.DESCRIPTOR_LENGTH, tail(length, id, flags));
    }

    /** The address in a descriptor of an indirect table. */
    long entryAddress(long table, int index) throws AccessFault {
        return access.getLong(entry(table, index) + PackedLayout.DESCRIPTOR_ADDRESS);
    }

    /** The second half of a descriptor of an indirect table. */
    long entryTail(long table, int index) throws AccessFault {
        return access.getLong(entry(table, index) + PackedLayout.DESCRIPTOR_LENGTH);
    }

    /** Writes a descriptor of an indirect table. */
    void putEntry(long table, int index, long address, int length, int flags) throws AccessFault {
        access.putLong(entry(table, index) + PackedLayout.DESCRIPTOR_ADDRESS, address);
        access.putLong(entry(table, index) + PackedLayout.DESCRIPTOR_LENGTH, tail(length, 0, flags));
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

    /** What the driver wants to hear, for {@link #wanted}. */
    int driverEvent() throws AccessFault {
        return getInt(driverEvents, driverEvent);
    }

    void putDriverEvent(int position, int flags) throws AccessFault {
        driverEvents.putInt(PackedLayout.EVENT_POSITION, encode(position) | flags << 16);
    }

    /** What the device wants to hear, for {@link #wanted}. */
    int deviceEvent() throws AccessFault {
        return getInt(deviceEvents, deviceEvent);
    }

    void putDeviceEvent(int position, int flags) throws AccessFault {
        deviceEvents.putInt(PackedLayout.EVENT_POSITION, encode(position) | flags << 16);
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

    private int getInt(RingArea events, int base) throws AccessFault {
        ByteBuffer direct = whole;
        return direct != null
                ? direct.getInt(base + PackedLayout.EVENT_POSITION)
                : events.getInt(PackedLayout.EVENT_POSITION);
    }

    private long getLong(int offset) throws AccessFault {
        ByteBuffer direct = whole;
        return direct != null ? direct.getLong(table + offset) : descriptors.getLong(offset);
    }

    private void putLong(int offset, long value) throws AccessFault {
        ByteBuffer direct = whole;
        if (direct != null) {
            direct.putLong(table + offset, value);
        } else {
            descriptors.putLong(offset, value);
        }
    }

    private int offset(int position) {
        return slot(position) * PackedLayout.DESCRIPTOR_SIZE;
    }

    private static long entry(long table, int index) {
        return table + (long) index * PackedLayout.DESCRIPTOR_SIZE;
    }

    /** The second half of a descriptor. */
    static long tail(int length, int id, int flags) {
        return length & LOW_WORD | (long) id << 32 | (long) flags << 48;
    }
}
