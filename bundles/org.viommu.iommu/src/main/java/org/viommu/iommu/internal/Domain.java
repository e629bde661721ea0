// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * An address space that endpoints share. The writer changes it; DMA ports read the table and the generation.
 */
final class Domain implements IdTable.Identified {
    private static final VarHandle GENERATION;

    static {
        try {
            GENERATION = MethodHandles.lookup()
                    .findVarHandle(Domain.class, "generation", long.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int id;
    private final ReservedCensus reserved = new ReservedCensus();
    private int endpoints;

    /** Null in a bypass domain. */
    private volatile DomainTable table;

    /** Counts removals. */
    private long generation;

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

    /** Puts a table with the same mappings in the place of the present one. */
    void replaceTable(DomainTable next) {
        table = next;
    }

    /**
     * What was translated under one generation is good as long as this number stays, for a reader that asks inside its
     * slot. The writer moves it on before it waits for quiescence.
     */
    long generation() {
        return (long) GENERATION.getAcquire(this);
    }

    /** Says that mappings have been removed. */
    void moveOn() {
        GENERATION.setRelease(this, generation + 1);
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
