// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import java.util.ArrayList;
import java.util.List;

/**
 * Guest-physical memory: a table of regions that the host replaces as a whole while devices use it.
 *
 * <p>Every method that changes the table returns only after the last access that began under the old table has ended,
 * so that the caller may then unmap the windows that it took out. Such a method must therefore not be called by a
 * thread that is inside an access to this memory.
 *
 * <p>Thread-safe; writers are served one after the other, readers never wait.
 */
public final class GuestMemory {
    private final AccessGate gate = new AccessGate();
    private volatile RegionTable table = RegionTable.EMPTY;

    /** Creates a memory without regions. */
    public GuestMemory() {}

    /**
     * The regions at this moment.
     *
     * @return an immutable list in ascending order
     */
    public List<MemoryRegion> regions() {
        return table.regions();
    }

    /**
     * Puts other regions in the place of all present ones. Returns when no access uses the old table any more.
     *
     * @param regions in any order
     * @throws IllegalArgumentException if two of them overlap; nothing has changed then
     */
    public synchronized void replace(List<MemoryRegion> regions) {
        publish(RegionTable.of(regions));
    }

    /**
     * Adds a region.
     *
     * @param region disjoint with all present ones
     * @throws IllegalArgumentException if it overlaps one; nothing has changed then
     */
    public synchronized void add(MemoryRegion region) {
        List<MemoryRegion> next = new ArrayList<>(regions());
        next.add(region);
        publish(RegionTable.of(next));
    }

    /**
     * Removes the regions in a range. Returns when no access uses them any more.
     *
     * @param start first address of the range, unsigned
     * @param end last address of the range (inclusive), unsigned, not below {@code start}
     * @return the removed regions in ascending order; empty if there were none
     * @throws IllegalArgumentException if the end is below the start or a region lies only partly in the range; nothing
     *     has changed then
     */
    public synchronized List<MemoryRegion> remove(long start, long end) {
        if (Long.compareUnsigned(end, start) < 0) {
            throw new IllegalArgumentException("range ends at 0x%x, before its start 0x%x".formatted(end, start));
        }
        List<MemoryRegion> kept = new ArrayList<>();
        List<MemoryRegion> removed = new ArrayList<>();
        for (MemoryRegion region : regions()) {
            boolean from = Long.compareUnsigned(region.start(), start) >= 0;
            boolean to = Long.compareUnsigned(region.end(), end) <= 0;
            boolean apart =
                    Long.compareUnsigned(region.end(), start) < 0 || Long.compareUnsigned(region.start(), end) > 0;
            if (!apart && !(from && to)) {
                throw new IllegalArgumentException("range 0x%x-0x%x cuts region %s".formatted(start, end, region));
            }
            (apart ? kept : removed).add(region);
        }
        if (!removed.isEmpty()) {
            publish(RegionTable.of(kept));
        }
        return List.copyOf(removed);
    }

    /**
     * Opens an access for one thread.
     *
     * @return an access by guest-physical address; close it when the thread is done with this memory
     */
    public MemoryAccess open() {
        return open(new AccessSlot());
    }

    /**
     * Opens an access that shares its bracket with something in front of this memory, such as a translation: the
     * access's {@link MemoryAccess#enter()} enters the slot, and so everything whose gate the slot has joined. What is
     * in front enters and exits through the access, once around its own work and the memory's.
     *
     * @param slot of the thread that uses the access, which is outside; closing the access makes the slot leave this
     *     memory, but no other gate
     * @return an access by guest-physical address; close it when the thread is done with this memory
     * @throws IllegalStateException if the owner of the slot is inside
     */
    public MemoryAccess open(AccessSlot slot) {
        gate.join(slot);
        return new GuestMemoryAccess(this, slot);
    }

    /** The table at this moment. An access reads it inside its slot. */
    RegionTable table() {
        return table;
    }

    /** Takes back what {@link #open(AccessSlot)} gave. */
    void close(AccessSlot slot) {
        gate.leave(slot);
    }

    private void publish(RegionTable next) {
        table = next;
        gate.awaitQuiescence();
    }
}
