// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/** The mappings of one domain in a radix tree over the whole address space, whose nodes the garbage collector frees when the last reader has left them. */
public final class RadixTable implements MappingTable {
    private static final VarHandle ROOT;
    private static final VarHandle SIZE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ROOT = lookup.findVarHandle(RadixTable.class, "root", Object.class);
            SIZE = MethodHandles.arrayElementVarHandle(long[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Words of the longest cache line that processors have. */
    private static final int LINE = 16;

    private final long limit;
    private final LeafDirectory directory = new LeafDirectory();
    private final Removal removal = new Removal(directory);
    private Object root;

    /** The number of mappings in the middle, so that the writer's changes do not take from readers the cache line of something else. */
    private final long[] size = new long[2 * LINE];

    /** Mappings for which {@link PageLeaf#ragged} holds. While there are none, a leaf tells all about its range. */
    private long ragged;

    /**
     * Creates an empty table.
     *
     * @param limit the most mappings it takes
     */
    public RadixTable(long limit) {
        this.limit = limit;
    }

    @Override
    public MapResult map(long start, long end, long physical, int flags) {
        if (size[LINE] >= limit) {
            return MapResult.NO_MEMORY;
        }
        long[] leaf = soleLeaf(start, end);
        if (leaf == null || !PageWord.fits(start, end, physical, flags)) {
            return mapInTree(start, end, physical, flags);
        }
        if (!PageLeaf.add(leaf, start, end, physical, flags)) {
            return MapResult.OVERLAP;
        }
        resize(1);
        return MapResult.OK;
    }

    @Override
    public UnmapResult unmap(long start, long end) {
        long[] leaf = soleLeaf(start, end);
        int removed = leaf == null ? PageLeaf.TOO_FEW : PageLeaf.remove(leaf, start, end);
        if (removed == PageLeaf.TOO_FEW) {
            return unmapInTree(start, end);
        }
        if (removed == PageLeaf.CUT) {
            return UnmapResult.SPLIT;
        }
        resize(-removed);
        return UnmapResult.OK;
    }

    /** The leaf that alone tells all about a range, if the directory knows it; otherwise null. */
    private long[] soleLeaf(long start, long end) {
        long[] leaf = directory.find(start);
        return leaf != null && ragged == 0 && PageLeaf.covers(leaf, start, end) ? leaf : null;
    }

    private MapResult mapInTree(long start, long end, long physical, int flags) {
        Entry entry = root();
        Entry changed =
                entry == null ? new Mapping(start, end, physical, flags) : entry.with(start, end, physical, flags);
        if (changed == null) {
            return MapResult.OVERLAP;
        }
        ragged += PageLeaf.ragged(start, end) ? 1 : 0;
        publish(entry, changed, 1);
        direct(start);
        return MapResult.OK;
    }

    /** Brings the directory up to date with the tree as for the range of an address: a mapping may have made a leaf, or done away with it. */
    private void direct(long address) {
        Object content = descend(address);
        if (content instanceof long[] leaf && PageLeaf.covers(leaf, address, address)) {
            directory.put(address, leaf);
        } else {
            long[] former = directory.find(address);
            if (former != null && PageLeaf.covers(former, address, address)) {
                directory.remove(address, former);
            }
        }
    }

    private UnmapResult unmapInTree(long start, long end) {
        Entry entry = root();
        if (entry == null) {
            return UnmapResult.OK;
        }
        removal.begin();
        Entry changed = entry.without(start, end, removal);
        if (removal.refused()) {
            return UnmapResult.SPLIT;
        }
        ragged -= removal.ragged();
        publish(entry, changed, -removal.mappings());
        return UnmapResult.OK;
    }

    private void publish(Entry before, Entry after, long change) {
        if (before != after) {
            ROOT.setRelease(this, after == null ? null : after.content());
        }
        resize(change);
        directory.fit(size[LINE]);
    }

    private void resize(long change) {
        SIZE.setOpaque(size, LINE, size[LINE] + change);
    }

    @Override
    public boolean lookup(long address, Translation translation) {
        long[] leaf = directory.find(address);
        return leaf != null && PageLeaf.lookup(leaf, address, translation) || lookupInTree(address, translation);
    }

    private boolean lookupInTree(long address, Translation translation) {
        Object content = descend(address);
        return content instanceof long[] words
                ? PageLeaf.lookup(words, address, translation)
                : content instanceof Mapping mapping && mapping.lookup(address, translation);
    }

    /** The words of a leaf, or the mapping, or null, in which the way down to an address ends. None of them need hold it. */
    private Object descend(long address) {
        Object content = ROOT.getAcquire(this);
        while (true) {
            if (content instanceof FullNode full) {
                Mapping span = full.span(address);
                content = span == null ? full.child(address) : span;
            } else if (content instanceof SparseNode sparse) {
                Mapping span = sparse.span(address);
                content = span == null ? sparse.child(address) : span;
            } else {
                return content;
            }
        }
    }

    @Override
    public void forEach(long from, Visitor visitor) {
        Entry entry = root();
        if (entry != null) {
            entry.scan(new Scan(from, visitor));
        }
    }

    /** The whole table, or null if it is empty. */
    Entry root() {
        return Entry.of(ROOT.getAcquire(this));
    }

    @Override
    public long size() {
        return (long) SIZE.getOpaque(size, LINE);
    }

    @Override
    public void close() {
        unmapInTree(0, -1L);
    }
}
