// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import org.viommu.mapping.Translation;

/** One mapping, unchangeable, so that readers see it whole. */
final class Mapping extends Entry {
    final long start;
    final long end;
    private final long physical;
    private final int flags;

    Mapping(long start, long end, long physical, int flags) {
        this.start = start;
        this.end = end;
        this.physical = physical;
        this.flags = flags;
    }

    boolean lookup(long address, Translation translation) {
        if (!holds(address)) {
            return false;
        }
        translation.set(start, end, physical, flags);
        return true;
    }

    boolean holds(long address) {
        return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) <= 0;
    }

    @Override
    long size() {
        return 1;
    }

    @Override
    boolean overlaps(long otherStart, long otherEnd) {
        return intersect(start, end, otherStart, otherEnd);
    }

    @Override
    boolean cuts(long outerStart, long outerEnd) {
        return overlaps(outerStart, outerEnd) && !within(start, end, outerStart, outerEnd);
    }

    @Override
    Entry with(long newStart, long newEnd, long newPhysical, int newFlags) {
        if (overlaps(newStart, newEnd)) {
            return null;
        }
        return Node.of(this, start, end, new Mapping(newStart, newEnd, newPhysical, newFlags));
    }

    @Override
    Entry without(long outerStart, long outerEnd, Removal removal) {
        if (within(start, end, outerStart, outerEnd)) {
            leave(removal);
            return null;
        }
        if (overlaps(outerStart, outerEnd)) {
            removal.refuse();
        }
        return this;
    }

    @Override
    void leave(Removal removal) {
        removal.add(this);
    }

    @Override
    boolean scan(Scan scan) {
        return scan.offer(start, end, physical, flags);
    }
}
