// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.concurrent.ThreadLocalRandom;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/**
 * Mappings in a persistent treap: a change makes new nodes along its path and publishes a new root, so that readers
 * always have a whole and consistent tree, and removing a range costs the same however many mappings lie in it.
 */
final class ResidentTable implements MappingTable {
    /** Makes it hard for a guest to choose addresses that unbalance the tree. */
    private final long seed = ThreadLocalRandom.current().nextLong();

    private volatile MappingNode root;

    @Override
    public MapResult map(long start, long end, long physical, int flags) {
        MappingNode present = root;
        MappingNode neighbour = MappingNode.atOrAbove(present, start);
        if (neighbour != null && !Unsigned.below(end, neighbour.start())) {
            return MapResult.OVERLAP;
        }
        root = MappingNode.insert(present, new MappingNode(start, end, physical, flags, priority(start)));
        return MapResult.OK;
    }

    @Override
    public UnmapResult unmap(long start, long end) {
        MappingNode present = root;
        MappingNode first = MappingNode.atOrAbove(present, start);
        if (first == null || Unsigned.below(end, first.start())) {
            return UnmapResult.OK;
        }
        MappingNode last = MappingNode.atOrBelow(present, end);
        if (Unsigned.below(first.start(), start) || Unsigned.below(end, last.end())) {
            return UnmapResult.SPLIT;
        }
        root = MappingNode.join(MappingNode.below(present, start), MappingNode.above(present, end));
        return UnmapResult.OK;
    }

    @Override
    public boolean lookup(long address, Translation translation) {
        MappingNode node = MappingNode.atOrAbove(root, address);
        if (node == null || Unsigned.below(address, node.start())) {
            return false;
        }
        node.fill(translation);
        return true;
    }

    @Override
    public void forEach(long from, Visitor visitor) {
        MappingNode.visit(root, from, visitor);
    }

    @Override
    public long size() {
        return MappingNode.size(root);
    }

    @Override
    public void close() {
        root = null;
    }

    private int priority(long start) {
        long hash = (start ^ seed) * 0x9e3779b97f4a7c15L;
        hash = (hash ^ hash >>> 32) * 0xd6e8feb86659fd93L;
        return (int) (hash >>> 32);
    }
}
