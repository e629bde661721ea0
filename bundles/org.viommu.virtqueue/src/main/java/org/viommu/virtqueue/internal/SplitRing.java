// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.SplitLayout;

/**
 * The three areas of a split ring in memory, without the state of either side. Indices are the free-running 16-bit
 * ones; slots are found by their low bits.
 *
 * <p>Descriptors and used elements are read and written in eight-byte words: a peer that changes them meanwhile can
 * then not show two values of one field.
 */
final class SplitRing implements Located {
    private static final int INDEX_MASK = 0xffff;
    private static final int HALF = 0x8000;
    private static final long LOW_WORD = 0xffff_ffffL;

    private final MemoryAccess access;
    private final int size;
    private final int mask;
    private final int usedEvent;
    private final int availableEvent;
    private final RingArea descriptors;
    private final RingArea available;
    private final RingArea used;
    private final RingBracket bracket;

    /** The buffer that has all three areas, or null: then each area knows what it lies in. */
    private ByteBuffer whole;

    /** Where that buffer has the first byte of each area. */
    private int table;

    private int heads;
    private int elements;

    private SplitRing(QueueAddresses addresses, MemoryAccess access, boolean device) throws RingFault {
        this.access = access;
        this.size = addresses.size();
        this.mask = size - 1;
        this.usedEvent = SplitLayout.usedEvent(size);
        this.availableEvent = SplitLayout.availableEvent(size);
        if ((size & mask) != 0) {
            throw new RingFault(RingFault.Kind.BAD_SIZE, size);
        }
        int tableSize = SplitLayout.descriptorTableSize(size);
        int headsSize = SplitLayout.availableRingSize(size);
        int elementsSize = SplitLayout.usedRingSize(size);
        Areas.check(addresses.descriptorArea(), tableSize, SplitLayout.DESCRIPTOR_TABLE_ALIGNMENT);
        Areas.check(addresses.driverArea(), headsSize, SplitLayout.AVAILABLE_ALIGNMENT);
        Areas.check(addresses.deviceArea(), elementsSize, SplitLayout.USED_ALIGNMENT);
        this.descriptors = new RingArea(access, addresses.descriptorArea(), tableSize, device, !device);
        this.available = new RingArea(access, addresses.driverArea(), headsSize, device, !device);
        this.used = new RingArea(access, addresses.deviceArea(), elementsSize, !device, device);
        this.bracket = new RingBracket(access, descriptors, available, used, this);
    }

    @Override
    public void locate() {
        ByteBuffer one = descriptors.bytes();
        whole = one == available.bytes() && one == used.bytes() ? one : null;
        table = descriptors.base();
        heads = available.base();
        elements = used.base();
    }

    /** The ring as a device reads and writes it. */
    static SplitRing ofDevice(QueueAddresses addresses, MemoryAccess access) throws RingFault {
        return new SplitRing(addresses, access, true);
    }

    /** The ring as a driver reads and writes it. */
    static SplitRing ofDriver(QueueAddresses addresses, MemoryAccess access) throws RingFault {
        return new SplitRing(addresses, access, false);
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

    /** Where the buffer has the available ring. */
    int heads() {
        return heads;
    }

    /** Where the buffer has the used ring. */
    int elements() {
        return elements;
    }

    MemoryAccess access() {
        return access;
    }

    /** How far one index is ahead of another, 0 to 65535. */
    static int distance(int ahead, int behind) {
        return ahead - behind & INDEX_MASK;
    }

    static int after(int index) {
        return index + 1 & INDEX_MASK;
    }

    static int advance(int index, int count) {
        return index + count & INDEX_MASK;
    }

    /** The index that is as far ahead of another as it is behind. */
    static int opposite(int index) {
        return index ^ HALF;
    }

    /**
     * Whether an index from {@code before} (inclusive) to {@code now} (exclusive) is the one at which the peer wants to
     * hear (virtio 1.4, 2.7.7.1).
     */
    static boolean crossed(int event, int now, int before) {
        return distance(now, event + 1) < distance(now, before);
    }

    /** The slot of an index. */
    int slot(int index) {
        return index & mask;
    }

    long descriptorAddress(int index) throws AccessFault {
        return getLong(descriptors, table, index * SplitLayout.DESCRIPTOR_SIZE + SplitLayout.DESCRIPTOR_ADDRESS);
    }

    /** The second half of a descriptor, for {@link #length}, {@link #flags} and {@link #next}. */
    long descriptorTail(int index) throws AccessFault {
        return getLong(descriptors, table, index * SplitLayout.DESCRIPTOR_SIZE + SplitLayout.DESCRIPTOR_LENGTH);
    }

    /** The address in a descriptor of an indirect table. */
    long entryAddress(long table, int index) throws AccessFault {
        return access.getLong(table + (long) index * SplitLayout.DESCRIPTOR_SIZE + SplitLayout.DESCRIPTOR_ADDRESS);
    }

    /** The second half of a descriptor of an indirect table. */
    long entryTail(long table, int index) throws AccessFault {
        return access.getLong(table + (long) index * SplitLayout.DESCRIPTOR_SIZE + SplitLayout.DESCRIPTOR_LENGTH);
    }

    static int length(long tail) {
        return (int) tail;
    }

    static int flags(long tail) {
        return (int) (tail >>> 32) & INDEX_MASK;
    }

    static int next(long tail) {
        return (int) (tail >>> 48);
    }

    void putDescriptor(int index, long address, int length, int flags, int next) throws AccessFault {
        int at = index * SplitLayout.DESCRIPTOR_SIZE;
        putLong(descriptors, table, at + SplitLayout.DESCRIPTOR_ADDRESS, address);
        putLong(descriptors, table, at + SplitLayout.DESCRIPTOR_LENGTH, tail(length, flags, next));
    }

    /** Writes a descriptor of an indirect table. */
    void putEntry(long table, int index, long address, int length, int flags, int next) throws AccessFault {
        long at = table + (long) index * SplitLayout.DESCRIPTOR_SIZE;
        access.putLong(at + SplitLayout.DESCRIPTOR_ADDRESS, address);
        access.putLong(at + SplitLayout.DESCRIPTOR_LENGTH, tail(length, flags, next));
    }

    int availableFlags() throws AccessFault {
        return getShort(available, heads, SplitLayout.AVAILABLE_FLAGS);
    }

    void putAvailableFlags(int flags) throws AccessFault {
        putShort(available, heads, SplitLayout.AVAILABLE_FLAGS, flags);
    }

    int availableIndex() throws AccessFault {
        return getShortAcquire(available, heads, SplitLayout.AVAILABLE_INDEX);
    }

    void publishAvailableIndex(int index) throws AccessFault {
        putShortRelease(available, heads, SplitLayout.AVAILABLE_INDEX, index);
    }

    int head(int index) throws AccessFault {
        return getShort(available, heads, headOffset(index));
    }

    void putHead(int index, int head) throws AccessFault {
        putShort(available, heads, headOffset(index), head);
    }

    int usedEvent() throws AccessFault {
        return getShort(available, heads, usedEvent);
    }

    void putUsedEvent(int index) throws AccessFault {
        putShort(available, heads, usedEvent, index);
    }

    int usedFlags() throws AccessFault {
        return getShort(used, elements, SplitLayout.USED_FLAGS);
    }

    void putUsedFlags(int flags) throws AccessFault {
        putShort(used, elements, SplitLayout.USED_FLAGS, flags);
    }

    int usedIndex() throws AccessFault {
        return getShortAcquire(used, elements, SplitLayout.USED_INDEX);
    }

    void publishUsedIndex(int index) throws AccessFault {
        putShortRelease(used, elements, SplitLayout.USED_INDEX, index);
    }

    /** A used element, for {@link #usedId} and {@link #usedLength}. */
    long usedElement(int index) throws AccessFault {
        return getLong(used, elements, elementOffset(index));
    }

    static long usedId(long element) {
        return element & LOW_WORD;
    }

    static long usedLength(long element) {
        return element >>> 32;
    }

    static long usedElement(int id, int length) {
        return id & LOW_WORD | (long) length << 32;
    }

    void putUsedElement(int index, int id, int length) throws AccessFault {
        putLong(used, elements, elementOffset(index), usedElement(id, length));
    }

    int availableEvent() throws AccessFault {
        return getShort(used, elements, availableEvent);
    }

    void putAvailableEvent(int index) throws AccessFault {
        putShort(used, elements, availableEvent, index);
    }

    static long tail(int length, int flags, int next) {
        return length & LOW_WORD | (long) flags << 32 | (long) next << 48;
    }

    private int headOffset(int index) {
        return SplitLayout.AVAILABLE_HEADS + slot(index) * SplitLayout.AVAILABLE_HEAD_SIZE;
    }

    private int elementOffset(int index) {
        return SplitLayout.USED_ELEMENTS + slot(index) * SplitLayout.USED_ELEMENT_SIZE;
    }

    private int getShort(RingArea area, int base, int offset) throws AccessFault {
        ByteBuffer direct = whole;
        return direct != null ? direct.getShort(base + offset) & INDEX_MASK : area.getShort(offset);
    }

    /** Reads a 16-bit value; what is read later is at least as new. */
    private int getShortAcquire(RingArea area, int base, int offset) throws AccessFault {
        ByteBuffer direct = whole;
        if (direct == null) {
            return area.getShortAcquire(offset);
        }
        int value = direct.getShort(base + offset) & INDEX_MASK;
        VarHandle.acquireFence();
        return value;
    }

    private long getLong(RingArea area, int base, int offset) throws AccessFault {
        ByteBuffer direct = whole;
        return direct != null ? direct.getLong(base + offset) : area.getLong(offset);
    }

    private void putShort(RingArea area, int base, int offset, int value) throws AccessFault {
        ByteBuffer direct = whole;
        if (direct != null) {
            direct.putShort(base + offset, (short) value);
        } else {
            area.putShort(offset, value);
        }
    }

    /** Writes a 16-bit value behind everything that has been read and written before. */
    private void putShortRelease(RingArea area, int base, int offset, int value) throws AccessFault {
        ByteBuffer direct = whole;
        if (direct != null) {
            VarHandle.releaseFence();
            direct.putShort(base + offset, (short) value);
        } else {
            area.putShortRelease(offset, value);
        }
    }

    private void putLong(RingArea area, int base, int offset, long value) throws AccessFault {
        ByteBuffer direct = whole;
        if (direct != null) {
            direct.putLong(base + offset, value);
        } else {
            area.putLong(offset, value);
        }
    }
}
