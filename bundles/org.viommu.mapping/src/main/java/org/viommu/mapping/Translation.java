// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

/**
 * Receives the answer of a look-up, so that looking up allocates nothing. Confined to the thread that looks up; stores fill it, readers read it.
 *
 * <p>The values are those of one mapping at one moment.
 */
public final class Translation {
    private long start;
    private long end;
    private long physical;
    private int flags;

    /** Creates an empty answer. */
    public Translation() {}

    /**
     * Fills the answer; for stores.
     *
     * @param start first I/O virtual address of the mapping, unsigned
     * @param end last I/O virtual address (inclusive), unsigned
     * @param physical guest-physical address of {@code start}, unsigned
     * @param flags flags of the mapping
     */
    public void set(long start, long end, long physical, int flags) {
        this.start = start;
        this.end = end;
        this.physical = physical;
        this.flags = flags;
    }

    /**
     * First address of the mapping found.
     *
     * @return I/O virtual address, unsigned
     */
    public long start() {
        return start;
    }

    /**
     * Last address of the mapping found.
     *
     * @return I/O virtual address (inclusive), unsigned
     */
    public long end() {
        return end;
    }

    /**
     * Where the mapping's first byte lies.
     *
     * @return guest-physical address of {@link #start()}, unsigned
     */
    public long physical() {
        return physical;
    }

    /**
     * The mapping's flags.
     *
     * @return as given to {@link MappingTable#map}
     */
    public int flags() {
        return flags;
    }
}
