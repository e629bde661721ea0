// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The mappings of one domain: disjoint ranges of I/O virtual addresses, each with the guest-physical address of its start and opaque flags.
 *
 * <p><b>Addresses</b> are unsigned 64-bit, ranges inclusive at both ends; {@code 0..2^64-1} is a legal range. Mappings keep their boundaries: neighbours are
 * never merged, even when their translations continue each other.
 *
 * <p><b>Threads.</b> One thread at a time changes a table ({@link #map}, {@link #mapAll}, {@link #unmap}, {@link #close}). Any number of threads look up and iterate meanwhile,
 * without locks, and see each mapping either whole or not at all; a look-up that begins after a change returned sees that change.
 *
 * <p><b>Errors.</b> What a guest can cause is a result, never an exception. A store that throws from these methods is broken; the IOMMU then leaves it.
 */
@ConsumerType
public interface MappingTable extends AutoCloseable {

    /** Receives mappings in ascending order. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Takes one mapping.
         *
         * @param start first I/O virtual address, unsigned
         * @param end last I/O virtual address (inclusive), unsigned
         * @param physical guest-physical address of {@code start}, unsigned
         * @param flags flags of the mapping
         * @return false to stop the iteration
         */
        boolean visit(long start, long end, long physical, int flags);
    }

    /**
     * Adds a mapping, all or nothing.
     *
     * @param start first I/O virtual address, unsigned
     * @param end last I/O virtual address (inclusive), unsigned, not below {@code start}
     * @param physical guest-physical address of {@code start}, unsigned; {@code physical + (end - start)} does not wrap
     * @param flags kept and given back
     * @return what happened; unless {@link MapResult#OK} nothing has changed
     */
    MapResult map(long start, long end, long physical, int flags);

    /**
     * Adds mappings as {@link #map} would one after the other, until one cannot be added. It is called when another table is copied into this one, with mappings
     * in ascending order, most often above all that are here already: a table for which many at once are cheaper than one by one overrides it.
     *
     * @param run mappings, each as {@link #map} takes it; not changed, and not kept
     * @param from index of the first one to add, from 0 to {@code run.count()} (inclusive)
     * @return index of the first mapping that was not added, for which {@link #map} tells why; {@code run.count()} if there is none
     */
    default int mapAll(MappingRun run, int from) {
        int next = from;
        while (next < run.count()
                && map(run.start(next), run.end(next), run.physical(next), run.flags(next)) == MapResult.OK) {
            next++;
        }
        return next;
    }

    /**
     * Removes every mapping that lies in the range, all or nothing. Holes are allowed.
     *
     * @param start first I/O virtual address, unsigned
     * @param end last I/O virtual address (inclusive), unsigned, not below {@code start}
     * @return what happened; with {@link UnmapResult#SPLIT} nothing has changed
     */
    UnmapResult unmap(long start, long end);

    /**
     * Finds the mapping that holds an address.
     *
     * @param address I/O virtual address, unsigned
     * @param translation filled if a mapping was found, otherwise unchanged
     * @return whether a mapping holds the address
     */
    boolean lookup(long address, Translation translation);

    /**
     * Visits mappings in ascending order, beginning with the one that holds {@code from} or, if there is none, with the next above. Mappings added or removed
     * meanwhile may or may not be visited; all others are visited exactly once.
     *
     * @param from I/O virtual address, unsigned
     * @param visitor receives the mappings; it must not change the table
     */
    void forEach(long from, Visitor visitor);

    /**
     * Number of mappings. Exact when asked by the thread that changes the table, a recent value otherwise.
     *
     * @return at least 0
     */
    long size();

    /** Drops all mappings and gives resources back. Look-ups that are still under way stay safe; later ones find nothing. Idempotent. */
    @Override
    void close();
}
