// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.viommu.memory.AccessFault;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;
import org.viommu.virtio.iommu.PropertyLayout;
import org.viommu.virtio.iommu.ReservedMemoryLayout;
import org.viommu.virtqueue.Chain;

/**
 * What is reserved in the address space of an endpoint: disjoint regions in ascending order, at most one of them for
 * MSI, and never more than a PROBE answer can list (virtio 1.4, 5.13.6.8.1). Immutable.
 */
final class ReservedRegions {
    /** Size of the properties in a PROBE answer, in bytes; the same as QEMU's. */
    static final int PROBE_SIZE = 512;

    /** The list ends with the buffer, so no end mark needs room. */
    static final int MAX_COUNT = PROBE_SIZE / ReservedMemoryLayout.SIZE;

    private static final Comparator<ReservedRegion> ASCENDING =
            Comparator.comparing(ReservedRegion::start, Long::compareUnsigned);

    private final List<ReservedRegion> regions;
    private final long[] starts;
    private final long[] ends;

    private ReservedRegions(List<ReservedRegion> ascending) {
        regions = List.copyOf(ascending);
        starts = ascending.stream().mapToLong(ReservedRegion::start).toArray();
        ends = ascending.stream().mapToLong(ReservedRegion::end).toArray();
    }

    /**
     * Brings together what a topology says of an endpoint and what is configured for all. Where they overlap, the
     * former counts; a configured MSI window is for endpoints without one. Of several MSI windows the first stays one,
     * the others become reserved. Regions beyond {@link #MAX_COUNT} are merged with their neighbours, so that more than
     * necessary is reserved rather than less.
     */
    static ReservedRegions of(List<ReservedRegion> own, List<ReservedRegion> general) {
        List<ReservedRegion> ascending = new ArrayList<>();
        own.forEach(region -> insert(region, ascending));
        boolean hasMsi = ascending.stream().anyMatch(region -> region.kind() == Kind.MSI);
        for (ReservedRegion region : general) {
            if (region.kind() != Kind.MSI || !hasMsi) {
                insert(region, ascending);
            }
        }
        while (ascending.size() > MAX_COUNT) {
            mergeClosest(ascending);
        }
        return new ReservedRegions(ascending);
    }

    int count() {
        return starts.length;
    }

    long start(int index) {
        return starts[index];
    }

    long end(int index) {
        return ends[index];
    }

    boolean msi(int index) {
        return regions.get(index).kind() == Kind.MSI;
    }

    List<ReservedRegion> regions() {
        return regions;
    }

    /** Index of the first region that does not lie wholly below an address; {@link #count()} if there is none. */
    int notBelow(long address) {
        int index = 0;
        while (index < ends.length && Unsigned.below(ends[index], address)) {
            index++;
        }
        return index;
    }

    /** Whether a region shares an address with the range. */
    boolean overlaps(long start, long end) {
        int index = notBelow(start);
        return index < starts.length && !Unsigned.below(end, starts[index]);
    }

    /** Whether one of the table's mappings lies in a region. */
    boolean overlaps(DomainTable table) {
        for (int i = 0; i < starts.length; i++) {
            if (table.anyIn(starts[i], ends[i])) {
                return true;
            }
        }
        return false;
    }

    /**
     * Writes the regions as properties at the start of a zeroed writable part of at least {@link #PROBE_SIZE} bytes.
     */
    void write(Chain chain) throws AccessFault {
        for (int i = 0; i < starts.length; i++) {
            int at = i * ReservedMemoryLayout.SIZE;
            chain.writeShort(at + PropertyLayout.TYPE, (short) PropertyLayout.RESERVED_MEMORY);
            chain.writeShort(at + PropertyLayout.LENGTH, (short) ReservedMemoryLayout.LENGTH);
            chain.writeByte(at + ReservedMemoryLayout.SUBTYPE, (byte)
                    (msi(i) ? ReservedMemoryLayout.MSI : ReservedMemoryLayout.RESERVED));
            chain.writeLong(at + ReservedMemoryLayout.START, starts[i]);
            chain.writeLong(at + ReservedMemoryLayout.END, ends[i]);
        }
    }

    /** Tells of the regions in the answer to PROBE. */
    void tell(Trace trace, int endpoint) {
        for (int i = 0; i < starts.length; i++) {
            int subtype = msi(i) ? ReservedMemoryLayout.MSI : ReservedMemoryLayout.RESERVED;
            trace.put(TraceKind.RESERVED_PROPERTY, endpoint, subtype, starts[i], ends[i]);
        }
    }

    /** Adds the parts of a region that no present one covers. */
    private static void insert(ReservedRegion region, List<ReservedRegion> ascending) {
        List<ReservedRegion> parts = List.of(region);
        for (ReservedRegion present : ascending) {
            List<ReservedRegion> left = new ArrayList<>();
            parts.forEach(part -> subtract(part, present, left));
            parts = left;
        }
        for (ReservedRegion part : parts) {
            boolean second = part.kind() == Kind.MSI && ascending.stream().anyMatch(other -> other.kind() == Kind.MSI);
            ascending.add(second ? new ReservedRegion(part.start(), part.end(), Kind.RESERVED) : part);
        }
        ascending.sort(ASCENDING);
    }

    private static void subtract(ReservedRegion part, ReservedRegion taken, List<ReservedRegion> left) {
        if (!Unsigned.overlap(part.start(), part.end(), taken.start(), taken.end())) {
            left.add(part);
            return;
        }
        if (Unsigned.below(part.start(), taken.start())) {
            left.add(new ReservedRegion(part.start(), taken.start() - 1, part.kind()));
        }
        if (Unsigned.below(taken.end(), part.end())) {
            left.add(new ReservedRegion(taken.end() + 1, part.end(), part.kind()));
        }
    }

    private static void mergeClosest(List<ReservedRegion> ascending) {
        int closest = -1;
        long smallest = 0;
        for (int i = 0; i + 1 < ascending.size(); i++) {
            boolean mergeable =
                    ascending.get(i).kind() != Kind.MSI && ascending.get(i + 1).kind() != Kind.MSI;
            long gap = ascending.get(i + 1).start() - ascending.get(i).end();
            if (mergeable && (closest < 0 || Unsigned.below(gap, smallest))) {
                closest = i;
                smallest = gap;
            }
        }
        ReservedRegion upper = ascending.remove(closest + 1);
        ascending.set(closest, new ReservedRegion(ascending.get(closest).start(), upper.end(), Kind.RESERVED));
    }
}
