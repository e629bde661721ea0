// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

/** What one removal comes to. Confined to the writer. */
final class Removal {
    private final LeafDirectory directory;
    private long mappings;
    private long ragged;
    private boolean refused;

    Removal(LeafDirectory directory) {
        this.directory = directory;
    }

    void begin() {
        mappings = 0;
        ragged = 0;
        refused = false;
    }

    /** A mapping goes. */
    void add(Mapping mapping) {
        mappings++;
        ragged += PageLeaf.ragged(mapping.start, mapping.end) ? 1 : 0;
    }

    /** Mappings of a leaf go. */
    void add(long removed) {
        mappings += removed;
    }

    /** A leaf is not in the tree any more. */
    void leave(long[] leaf) {
        directory.remove(PageLeaf.first(leaf), leaf);
    }

    /** The range cuts a mapping, so that nothing is removed. */
    void refuse() {
        refused = true;
    }

    long mappings() {
        return mappings;
    }

    /** How many of them were ragged: {@link PageLeaf#ragged}. */
    long ragged() {
        return ragged;
    }

    boolean refused() {
        return refused;
    }
}
