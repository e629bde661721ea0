// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.resident;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/**
 * Mappings in a persistent treap: a change makes new nodes along its path and publishes a new root, so that readers
 * always have a whole and consistent tree, and removing a range costs the same however many mappings lie in it.
 *
 * <p>{@link #forEach} visits the mappings of one moment, whatever is changed meanwhile: more than the contract asks.
 */
public final class ResidentTable implements MappingTable {
    /** Makes it hard for a guest to choose addresses that unbalance the tree. */
    private final long seed;

    private volatile MappingNode root;

    /** Creates an empty table. */
    public ResidentTable() {
        this(ThreadLocalRandom.current().nextLong(), null);
    }

    private ResidentTable(long seed, MappingNode root) {
        this.seed = seed;
        this.root = root;
    }

    /**
     * Fills tables in less time than one mapping after the other takes. Not thread-safe.
     */
    public static final class Loader {
        private final long seed = ThreadLocalRandom.current().nextLong();
        private MappingNode[] nodes = new MappingNode[16];
        private int count;

        /** Begins without mappings. */
        public Loader() {}

        /**
         * Adds a mapping above all others.
         *
         * @param start first I/O virtual address, unsigned
         * @param end last I/O virtual address (inclusive), unsigned, not below {@code start}
         * @param physical guest-physical address of {@code start}, unsigned
         * @param flags of the mapping
         * @throws IllegalArgumentException if the range is not above the last one
         */
        public void add(long start, long end, long physical, int flags) {
            boolean above = count == 0 || MappingNode.before(nodes[count - 1].end(), start);
            if (!above || MappingNode.before(end, start)) {
                throw new IllegalArgumentException("mapping 0x%x..0x%x is out of order".formatted(start, end));
            }
            if (count == nodes.length) {
                nodes = Arrays.copyOf(nodes, 2 * count);
            }
            nodes[count++] = new MappingNode(start, end, physical, flags, priority(seed, start));
        }

        /**
         * The table with all mappings that have been added.
         *
         * @return a new table
         */
        public ResidentTable table() {
            return new ResidentTable(seed, tree(0, count));
        }

        private MappingNode tree(int from, int to) {
            if (from == to) {
                return null;
            }
            int top = from;
            for (int i = from + 1; i < to; i++) {
                top = nodes[i].priority() > nodes[top].priority() ? i : top;
            }
            return nodes[top].over(tree(from, top), tree(top + 1, to));
        }
    }

    /**
     * A table with the present mappings, which changes of this one do not change. Costs the same however many there are.
     *
     * @return a new table
     */
    public ResidentTable copy() {
        return new ResidentTable(seed, root);
    }

    @Override
    public MapResult map(long start, long end, long physical, int flags) {
        MappingNode present = root;
        MappingNode neighbour = MappingNode.atOrAbove(present, start);
        if (neighbour != null && !MappingNode.before(end, neighbour.start())) {
            return MapResult.OVERLAP;
        }
        root = MappingNode.insert(present, new MappingNode(start, end, physical, flags, priority(seed, start)));
        return MapResult.OK;
    }

    @Override
    public UnmapResult unmap(long start, long end) {
        MappingNode present = root;
        MappingNode first = MappingNode.atOrAbove(present, start);
        if (first == null || MappingNode.before(end, first.start())) {
            return UnmapResult.OK;
        }
        MappingNode last = MappingNode.atOrBelow(present, end);
        if (MappingNode.before(first.start(), start) || MappingNode.before(end, last.end())) {
            return UnmapResult.SPLIT;
        }
        root = MappingNode.join(MappingNode.below(present, start), MappingNode.above(present, end));
        return UnmapResult.OK;
    }

    @Override
    public boolean lookup(long address, Translation translation) {
        MappingNode node = MappingNode.atOrAbove(root, address);
        if (node == null || MappingNode.before(address, node.start())) {
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

    private static int priority(long seed, long start) {
        long hash = (start ^ seed) * 0x9e3779b97f4a7c15L;
        hash = (hash ^ hash >>> 32) * 0xd6e8feb86659fd93L;
        return (int) (hash >>> 32);
    }
}
