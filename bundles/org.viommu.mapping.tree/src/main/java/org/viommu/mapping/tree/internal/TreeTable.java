// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.tree.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/**
 * The mappings of one domain in a B+-tree whose leaves are never changed. One write publishes each change of a leaf, so that readers never wait and never retry;
 * the garbage collector frees what they have left.
 */
public final class TreeTable implements MappingTable {
    private static final VarHandle ROOT;
    private static final VarHandle SIZE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ROOT = lookup.findVarHandle(TreeTable.class, "root", Node.class);
            SIZE = lookup.findVarHandle(TreeTable.class, "size", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long limit;

    /** The writer's. */
    private final Path path = new Path();

    private final Path beside = new Path();
    private Node root = Leaf.EMPTY;
    private long size;

    /**
     * Creates an empty table.
     *
     * @param limit the most mappings it takes
     */
    public TreeTable(long limit) {
        this.limit = limit;
    }

    @Override
    public MapResult map(long start, long end, long physical, int flags) {
        if (size >= limit) {
            return MapResult.NO_MEMORY;
        }
        path.descend(root, start);
        Leaf leaf = path.leaf();
        int index = leaf.floor(start) + 1;
        if (reachesInto(start, leaf, index) || startsWithin(end, leaf, index)) {
            return MapResult.OVERLAP;
        }
        publish(path.grow(root, leaf.with(index, start, end, physical, flags)), size + 1);
        return MapResult.OK;
    }

    @Override
    public UnmapResult unmap(long start, long end) {
        path.descend(root, start);
        if (reachesInto(start, path.leaf(), path.leaf().ceiling(start)) || cutAt(end)) {
            return UnmapResult.SPLIT;
        }
        while (true) {
            Leaf leaf = path.leaf();
            long high = path.high();
            int from = leaf.ceiling(start);
            int to = leaf.floor(end) + 1;
            if (from < to) {
                publish(path.shrink(root, leaf.without(from, to)), size - (to - from));
            }
            if (Long.compareUnsigned(high, end) >= 0) {
                return UnmapResult.OK;
            }
            path.descend(root, high + 1);
        }
    }

    /** Whether the mapping before an index of the path's leaf, perhaps in the leaf before, ends at an address or above. */
    private boolean reachesInto(long address, Leaf leaf, int index) {
        if (index > 0) {
            return Long.compareUnsigned(leaf.end(index - 1), address) >= 0;
        }
        if (path.low() == 0) {
            return false;
        }
        beside.descend(root, path.low() - 1);
        Leaf below = beside.leaf();
        return Long.compareUnsigned(below.end(below.count() - 1), address) >= 0;
    }

    /** Whether the mapping at an index of the path's leaf, perhaps in the leaf behind, starts at an address or below. */
    private boolean startsWithin(long address, Leaf leaf, int index) {
        if (index < leaf.count()) {
            return Long.compareUnsigned(leaf.start(index), address) <= 0;
        }
        if (Long.compareUnsigned(path.high(), address) >= 0) {
            return false;
        }
        beside.descend(root, path.high() + 1);
        return Long.compareUnsigned(beside.leaf().start(0), address) <= 0;
    }

    /** Whether a mapping holds an address and the one behind. */
    private boolean cutAt(long end) {
        beside.descend(root, end);
        int index = beside.leaf().floor(end);
        if (index < 0 && beside.low() != 0) {
            beside.descend(root, beside.low() - 1);
            index = beside.leaf().count() - 1;
        }
        return index >= 0 && Long.compareUnsigned(beside.leaf().end(index), end) > 0;
    }

    private void publish(Node newRoot, long newSize) {
        if (newRoot != root) {
            ROOT.setRelease(this, newRoot);
        }
        SIZE.setOpaque(this, newSize);
    }

    @Override
    public boolean lookup(long address, Translation translation) {
        Node node = root();
        while (node instanceof Branch branch) {
            node = branch.child(branch.indexOf(address));
        }
        Leaf leaf = (Leaf) node;
        int index = leaf.floor(address);
        return index >= 0 ? leaf.answer(index, address, translation) : lookupBelow(address, translation);
    }

    /** The mapping that holds an address may start below the range of the address's leaf. */
    private boolean lookupBelow(long address, Translation translation) {
        long key = address;
        while (true) {
            long low = 0;
            Node node = root();
            while (node instanceof Branch branch) {
                int index = branch.indexOf(key);
                low = index > 0 ? branch.low(index) : low;
                node = branch.child(index);
            }
            Leaf leaf = (Leaf) node;
            int index = leaf.floor(address);
            if (index >= 0) {
                return leaf.answer(index, address, translation);
            }
            if (low == 0) {
                return false;
            }
            key = low - 1;
        }
    }

    @Override
    public void forEach(long from, Visitor visitor) {
        Path way = new Path();
        way.descend(root(), from);
        Scan scan = new Scan(from, visitor);
        if (way.low() != 0 && way.leaf().floor(from) < 0) {
            Path before = new Path();
            before.descend(root(), way.low() - 1);
            int holding = before.leaf().floor(from);
            if (!scan.offer(before.leaf(), holding, holding)) {
                return;
            }
        }
        int first = way.leaf().floor(from);
        while (scan.offer(way.leaf(), first, way.leaf().count() - 1) && way.high() != -1L) {
            way.descend(root(), way.high() + 1);
            first = 0;
        }
    }

    /** The whole tree. */
    Node root() {
        return (Node) ROOT.getAcquire(this);
    }

    @Override
    public long size() {
        return (long) SIZE.getOpaque(this);
    }

    @Override
    public void close() {
        publish(Leaf.EMPTY, 0);
    }
}
