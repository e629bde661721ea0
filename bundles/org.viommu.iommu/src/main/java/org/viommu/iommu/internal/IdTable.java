// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * Objects by their 32-bit ID: open addressing, so that a look-up neither boxes nor allocates.
 *
 * <p>Changes are made by one thread at a time. Look-ups and visits by others run meanwhile without locks; a visit meets
 * everything that is in the table from its beginning to its end exactly once, because entries never move within an
 * array.
 */
final class IdTable<V extends IdTable.Identified> {
    /** Something with an ID that does not change. */
    interface Identified {
        /** Unsigned 32-bit. */
        int id();
    }

    /** Where an entry was removed; a search goes on beyond it. */
    private static final Object REMOVED = new Object();

    private static final int MIN_CAPACITY = 16;

    /** Makes it hard for a guest to choose IDs that collide. */
    private final int seed = ThreadLocalRandom.current().nextInt();

    /** At most half full, so that each search ends. */
    private volatile AtomicReferenceArray<Object> slots = new AtomicReferenceArray<>(MIN_CAPACITY);

    private int used;
    private volatile int size;

    int size() {
        return size;
    }

    /** The object with an ID, or null. */
    V get(int id) {
        AtomicReferenceArray<Object> array = slots;
        int index = find(array, id);
        return index < 0 ? null : entry(array.getAcquire(index));
    }

    /** Adds an object whose ID is not in the table. */
    void put(V value) {
        if (2 * (used + 1) > slots.length()) {
            rebuild();
        }
        AtomicReferenceArray<Object> array = slots;
        int index = first(array, value.id());
        while (array.getPlain(index) != null) {
            index = next(array, index);
        }
        array.setRelease(index, value);
        used++;
        size++;
    }

    /** Removes the object with an ID, if there is one. */
    void remove(int id) {
        int index = find(slots, id);
        if (index >= 0) {
            slots.setRelease(index, REMOVED);
            size--;
        }
    }

    void forEach(Consumer<? super V> visitor) {
        AtomicReferenceArray<Object> array = slots;
        for (int i = 0; i < array.length(); i++) {
            V value = entry(array.getAcquire(i));
            if (value != null) {
                visitor.accept(value);
            }
        }
    }

    private int find(AtomicReferenceArray<Object> array, int id) {
        for (int index = first(array, id); ; index = next(array, index)) {
            Object found = array.getAcquire(index);
            if (found == null) {
                return -1;
            }
            if (found != REMOVED && ((Identified) found).id() == id) {
                return index;
            }
        }
    }

    private void rebuild() {
        int capacity = MIN_CAPACITY;
        while (capacity < 4 * (size + 1)) {
            capacity *= 2;
        }
        AtomicReferenceArray<Object> grown = new AtomicReferenceArray<>(capacity);
        forEach(value -> {
            int index = first(grown, value.id());
            while (grown.getPlain(index) != null) {
                index = next(grown, index);
            }
            grown.setPlain(index, value);
        });
        slots = grown;
        used = size;
    }

    private int first(AtomicReferenceArray<Object> array, int id) {
        // The finalizer of a 32-bit hash: every bit of the ID reaches every bit of the index.
        int hash = id ^ seed;
        hash = (hash ^ hash >>> 16) * 0x7feb352d;
        hash = (hash ^ hash >>> 15) * 0x846ca68b;
        return (hash ^ hash >>> 16) & array.length() - 1;
    }

    private static int next(AtomicReferenceArray<Object> array, int index) {
        return index + 1 & array.length() - 1;
    }

    @SuppressWarnings("unchecked")
    private V entry(Object slot) {
        return slot == REMOVED ? null : (V) slot;
    }
}
