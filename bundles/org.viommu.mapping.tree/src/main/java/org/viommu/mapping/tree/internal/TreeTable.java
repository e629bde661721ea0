// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.tree.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingRun;
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
    public int mapAll(MappingRun run, int from) {
        int next = from;
        while (next < run.count()) {
            int taken = append(run, next);
            if (taken == 0) {
                if (map(run.start(next), run.end(next), run.physical(next), run.flags(next)) != MapResult.OK) {
                    return next;
                }
                taken = 1;
            }
            next += taken;
        }
        return next;
    }

    /**
     * Adds as many mappings as have their place behind all that the leaf for the first one holds: to that leaf, or as a leaf of their own if it is full. So a copy
     * makes each leaf once, and leaves next to nothing for the garbage collector.
     *
     * @return how many; 0 if the first one is to be added alone
     */
    private int append(MappingRun run, int from) {
        path.descend(root, run.start(from));
        Leaf leaf = path.leaf();
        boolean full = leaf.count() == Node.MOST;
        int room = full ? Node.MOST : Node.MOST - leaf.count();
        int most = (int) Math.min(Math.min(room, run.count() - from), limit - size);
        int count = isBehind(run.start(from), leaf) ? fitting(run, from, from + most) - from : 0;
        if (count == 0 || full && count < Node.FEW) {
            return 0;
        }
        Leaf fresh = Leaf.of(run, from, from + count);
        Node changed =
                full ? path.append(root, run.start(from), fresh) : path.grow(root, leaf.join(run.start(from), fresh));
        publish(changed, size + count);
        return count;
    }

    private static boolean isBehind(long start, Leaf leaf) {
        return leaf.count() == 0 || Long.compareUnsigned(leaf.end(leaf.count() - 1), start) < 0;
    }

    /** Index of the first mapping of a run, from one index to another (exclusive), that is not behind its predecessor, or not before the leaf above the path's. */
    private int fitting(MappingRun run, int from, int to) {
        long last = -1L;
        if (path.high() != -1L) {
            beside.descend(root, path.high() + 1);
            last = beside.leaf().start(0) - 1;
        }
        int index = from;
        while (index < to
                && (index == from || Long.compareUnsigned(run.end(index - 1), run.start(index)) < 0)
                && Long.compareUnsigned(run.start(index), path.high()) <= 0
                && Long.compareUnsigned(run.end(index), last) <= 0) {
            index++;
        }
        return index;
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
