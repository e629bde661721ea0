// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

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
final class SplitRing {
    private static final int INDEX_MASK = 0xffff;
    private static final int HALF = 0x8000;
    private static final long LOW_WORD = 0xffff_ffffL;

    private final MemoryAccess access;
    private final int size;
    private final int mask;
    private final long descriptors;
    private final long available;
    private final long used;

    SplitRing(QueueAddresses addresses, MemoryAccess access) throws RingFault {
        this.access = access;
        this.size = addresses.size();
        this.mask = size - 1;
        this.descriptors = addresses.descriptorArea();
        this.available = addresses.driverArea();
        this.used = addresses.deviceArea();
        if ((size & mask) != 0) {
            throw new RingFault(RingFault.Kind.BAD_SIZE, size);
        }
        Areas.check(descriptors, SplitLayout.descriptorTableSize(size), SplitLayout.DESCRIPTOR_TABLE_ALIGNMENT);
        Areas.check(available, SplitLayout.availableRingSize(size), SplitLayout.AVAILABLE_ALIGNMENT);
        Areas.check(used, SplitLayout.usedRingSize(size), SplitLayout.USED_ALIGNMENT);
    }

    int size() {
        return size;
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

    long descriptorTable() {
        return descriptors;
    }

    long descriptorAddress(long table, int index) throws AccessFault {
        return access.getLong(table + (long) index * SplitLayout.DESCRIPTOR_SIZE + SplitLayout.DESCRIPTOR_ADDRESS);
    }

    /** The second half of a descriptor, for {@link #length}, {@link #flags} and {@link #next}. */
    long descriptorTail(long table, int index) throws AccessFault {
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

    void putDescriptor(long table, int index, long address, int length, int flags, int next) throws AccessFault {
        long at = table + (long) index * SplitLayout.DESCRIPTOR_SIZE;
        access.putLong(at + SplitLayout.DESCRIPTOR_ADDRESS, address);
        access.putLong(at + SplitLayout.DESCRIPTOR_LENGTH, length & LOW_WORD | (long) flags << 32 | (long) next << 48);
    }

    int availableFlags() throws AccessFault {
        return access.getShort(available + SplitLayout.AVAILABLE_FLAGS) & INDEX_MASK;
    }

    void putAvailableFlags(int flags) throws AccessFault {
        access.putShort(available + SplitLayout.AVAILABLE_FLAGS, (short) flags);
    }

    int availableIndex() throws AccessFault {
        return access.getShortAcquire(available + SplitLayout.AVAILABLE_INDEX) & INDEX_MASK;
    }

    void publishAvailableIndex(int index) throws AccessFault {
        access.putShortRelease(available + SplitLayout.AVAILABLE_INDEX, (short) index);
    }

    int head(int index) throws AccessFault {
        return access.getShort(headAddress(index)) & INDEX_MASK;
    }

    void putHead(int index, int head) throws AccessFault {
        access.putShort(headAddress(index), (short) head);
    }

    int usedEvent() throws AccessFault {
        return access.getShort(available + SplitLayout.usedEvent(size)) & INDEX_MASK;
    }

    void putUsedEvent(int index) throws AccessFault {
        access.putShort(available + SplitLayout.usedEvent(size), (short) index);
    }

    int usedFlags() throws AccessFault {
        return access.getShort(used + SplitLayout.USED_FLAGS) & INDEX_MASK;
    }

    void putUsedFlags(int flags) throws AccessFault {
        access.putShort(used + SplitLayout.USED_FLAGS, (short) flags);
    }

    int usedIndex() throws AccessFault {
        return access.getShortAcquire(used + SplitLayout.USED_INDEX) & INDEX_MASK;
    }

    void publishUsedIndex(int index) throws AccessFault {
        access.putShortRelease(used + SplitLayout.USED_INDEX, (short) index);
    }

    /** A used element, for {@link #usedId} and {@link #usedLength}. */
    long usedElement(int index) throws AccessFault {
        return access.getLong(elementAddress(index));
    }

    static long usedId(long element) {
        return element & LOW_WORD;
    }

    static long usedLength(long element) {
        return element >>> 32;
    }

    void putUsedElement(int index, int id, int length) throws AccessFault {
        access.putLong(elementAddress(index), id & LOW_WORD | (long) length << 32);
    }

    int availableEvent() throws AccessFault {
        return access.getShort(used + SplitLayout.availableEvent(size)) & INDEX_MASK;
    }

    void putAvailableEvent(int index) throws AccessFault {
        access.putShort(used + SplitLayout.availableEvent(size), (short) index);
    }

    private long headAddress(int index) {
        return available + SplitLayout.AVAILABLE_HEADS + (long) slot(index) * SplitLayout.AVAILABLE_HEAD_SIZE;
    }

    private long elementAddress(int index) {
        return used + SplitLayout.USED_ELEMENTS + (long) slot(index) * SplitLayout.USED_ELEMENT_SIZE;
    }
}
