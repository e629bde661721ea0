// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.viommu.mapping.MappingStore;

/**
 * Which store is preferred: the best of those that are offered and not refused. A store that has failed is refused until
 * it is offered again; one that could not read what it keeps of the device only until the next attempt is due.
 *
 * <p>Guarded by the {@link StoreKeeper}.
 */
final class StoreChoice {
    /** Between two attempts with a store that cannot be read. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final MappingStore resident;
    private final RankedServices<MappingStore> offered = new RankedServices<>();
    private final Set<MappingStore> refused = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Stores that could not be read in the last attempt, and why. */
    private final Map<MappingStore, String> unread = new IdentityHashMap<>();

    /** When the next attempt is due, in the time of {@link System#nanoTime}. */
    private long due;

    /**
     * Has nothing to choose from as yet.
     *
     * @param resident store to use if there is no other
     */
    StoreChoice(MappingStore resident) {
        this.resident = resident;
    }

    void offer(MappingStore store, Map<String, ?> properties) {
        offered.put(store, properties);
        refused.remove(store);
    }

    void withdraw(MappingStore store) {
        offered.remove(store);
        refused.remove(store);
        unread.remove(store);
    }

    MappingStore best() {
        for (MappingStore store : offered.list()) {
            if (!refused.contains(store)) {
                return store;
            }
        }
        return resident;
    }

    /** Whether a device that is there must leave in any case. */
    boolean lost(MappingStore store) {
        return !offered.list().contains(store) || refused.contains(store);
    }

    /** Returns false if it is refused already, or cannot be. */
    boolean refuse(MappingStore store) {
        return store != resident && refused.add(store);
    }

    /** Refuses a store until the next attempt; returns false if the reason is the same as in the last one. */
    boolean defer(MappingStore store, String reason) {
        if (unread.isEmpty()) {
            due = System.nanoTime() + RETRY.toNanos();
        }
        refused.add(store);
        return !reason.equals(unread.put(store, reason));
    }

    /** The device is in a store now. */
    void arrive(MappingStore store) {
        if (!refused.contains(store)) {
            unread.remove(store);
        }
    }

    /** Stores that could not be read, and why. */
    Map<MappingStore, String> unread() {
        return unread;
    }

    /** Admits the stores that could not be read, if that is due; otherwise returns the milliseconds until then, 0 for ever. */
    long retry() {
        if (unread.isEmpty()) {
            return 0;
        }
        long left = due - System.nanoTime();
        if (left <= 0) {
            due = System.nanoTime() + RETRY.toNanos();
            refused.removeAll(unread.keySet());
        }
        return Math.max(1, left / 1_000_000);
    }
}
