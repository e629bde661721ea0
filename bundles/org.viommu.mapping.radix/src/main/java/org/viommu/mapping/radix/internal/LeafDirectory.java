// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The way to a leaf past the nodes above it: a direct-mapped table of leaves by the 2 MiB range that they are for. It is a hint. A leaf that is not in it is found
 * through the tree, and whoever finds one here has to see whether it is for the address (two ranges may have the same place).
 *
 * <p>The tree stays what counts: a leaf comes into the directory after it has come into the tree, and it leaves before the writer's call returns that has taken it
 * out of the tree. The one writer changes the directory, any number of threads look into it.
 */
final class LeafDirectory {
    private static final VarHandle LEAF = MethodHandles.arrayElementVarHandle(long[][].class);
    private static final VarHandle LEAVES;

    static {
        try {
            LEAVES = MethodHandles.lookup().findVarHandle(LeafDirectory.class, "leaves", long[][].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int MIN_PLACES = 64;

    /** Mappings for each place. A leaf has at least 28, so that there are more places than leaves, and a place costs less than a byte per mapping. */
    private static final int MAPPINGS_PER_PLACE = 16;

    private long[][] leaves = new long[MIN_PLACES][];

    /** The leaf in the place of an address, which may be for another range; or null. */
    long[] find(long address) {
        long[][] places = (long[][]) LEAVES.getAcquire(this);
        return (long[]) LEAF.getAcquire(places, place(places, address));
    }

    /** Notes the leaf for the range of an address. */
    void put(long address, long[] leaf) {
        LEAF.setRelease(leaves, place(leaves, address), leaf);
    }

    /** Forgets a leaf, which is for the range of an address. */
    void remove(long address, long[] leaf) {
        int place = place(leaves, address);
        if (leaves[place] == leaf) {
            LEAF.setRelease(leaves, place, null);
        }
    }

    /** Makes the number of places suit the number of mappings. */
    void fit(long mappings) {
        int places = leaves.length;
        if (mappings > (long) MAPPINGS_PER_PLACE * places) {
            resize(places * 2);
        } else if (places > MIN_PLACES && mappings < (long) MAPPINGS_PER_PLACE / 4 * places) {
            resize(places / 2);
        }
    }

    private void resize(int places) {
        long[][] next = new long[places][];
        for (long[] leaf : leaves) {
            if (leaf != null) {
                next[place(next, PageLeaf.first(leaf))] = leaf;
            }
        }
        LEAVES.setRelease(this, next);
    }

    private static int place(long[][] places, long address) {
        return (int) (address >>> PageLeaf.RANGE_BITS) & places.length - 1;
    }
}
