// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

/**
 * An address space that endpoints share. The writer changes it; DMA ports read the table.
 */
final class Domain implements IdTable.Identified {
    private final int id;
    private final ReservedCensus reserved = new ReservedCensus();
    private int endpoints;

    /** Null in a bypass domain. */
    private volatile DomainTable table;

    /**
     * Creates a domain without endpoints.
     *
     * @param id unsigned 32-bit
     * @param table its mappings, or null for a bypass domain
     */
    Domain(int id, DomainTable table) {
        this.id = id;
        this.table = table;
    }

    @Override
    public int id() {
        return id;
    }

    /** Whether accesses pass untranslated. */
    boolean bypass() {
        return table == null;
    }

    DomainTable table() {
        return table;
    }

    /** Puts a table with the same mappings in the place of the present one, which accesses may still use. */
    DomainTable replaceTable(DomainTable next) {
        DomainTable former = table;
        table = next;
        return former;
    }

    void join(ReservedRegions regions) {
        endpoints++;
        reserved.join(regions);
    }

    void leave(ReservedRegions regions) {
        endpoints--;
        reserved.leave(regions);
    }

    /** Attached endpoints. */
    int endpoints() {
        return endpoints;
    }

    /** Whether an address of the range is reserved for one of the endpoints. */
    boolean reserves(long start, long end) {
        return reserved.overlaps(start, end);
    }
}
