// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

/**
 * A bounded number of mappings to be added to a table at once, such as a piece that another table has shown in ascending order. Confined to one thread.
 *
 * @see MappingTable#mapAll(MappingRun, int)
 */
public final class MappingRun implements MappingTable.Visitor {
    private final long[] starts;
    private final long[] ends;
    private final long[] physicals;
    private final int[] flags;
    private int count;

    /**
     * Begins without mappings.
     *
     * @param capacity the most mappings, at least 1
     */
    public MappingRun(int capacity) {
        starts = new long[capacity];
        ends = new long[capacity];
        physicals = new long[capacity];
        flags = new int[capacity];
    }

    /** Forgets all mappings. */
    public void clear() {
        count = 0;
    }

    /**
     * Appends a mapping.
     *
     * @param start first I/O virtual address, unsigned
     * @param end last I/O virtual address (inclusive), unsigned, not below {@code start}
     * @param physical guest-physical address of {@code start}, unsigned
     * @param mappingFlags flags of the mapping
     * @return whether there is room for another one
     * @throws IndexOutOfBoundsException if there was no room for this one
     */
    @Override
    public boolean visit(long start, long end, long physical, int mappingFlags) {
        starts[count] = start;
        ends[count] = end;
        physicals[count] = physical;
        flags[count] = mappingFlags;
        count++;
        return count < starts.length;
    }

    /**
     * How many mappings there are.
     *
     * @return from 0 to the capacity
     */
    public int count() {
        return count;
    }

    /**
     * Whether there is no room for another mapping.
     *
     * @return whether the capacity is reached
     */
    public boolean full() {
        return count == starts.length;
    }

    /**
     * Where a mapping starts.
     *
     * @param index of the mapping, from 0 to {@link #count()} (exclusive)
     * @return first I/O virtual address, unsigned
     */
    public long start(int index) {
        return starts[index];
    }

    /**
     * Where a mapping ends.
     *
     * @param index of the mapping, from 0 to {@link #count()} (exclusive)
     * @return last I/O virtual address (inclusive), unsigned
     */
    public long end(int index) {
        return ends[index];
    }

    /**
     * Where a mapping leads.
     *
     * @param index of the mapping, from 0 to {@link #count()} (exclusive)
     * @return guest-physical address of its start, unsigned
     */
    public long physical(int index) {
        return physicals[index];
    }

    /**
     * The flags of a mapping.
     *
     * @param index of the mapping, from 0 to {@link #count()} (exclusive)
     * @return as given
     */
    public int flags(int index) {
        return flags[index];
    }
}
