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
            SIZE = lookup.findVarHandle(RadixTable.class, "size", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long limit;
    private final Removal removal = new Removal();
    private Object root;
    private long size;

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
        if (size >= limit) {
            return MapResult.NO_MEMORY;
        }
        Entry entry = root();
        Entry changed =
                entry == null ? new Mapping(start, end, physical, flags) : entry.with(start, end, physical, flags);
        if (changed == null) {
            return MapResult.OVERLAP;
        }
        publish(entry, changed, size + 1);
        return MapResult.OK;
    }

    @Override
    public UnmapResult unmap(long start, long end) {
        Entry entry = root();
        if (entry == null) {
            return UnmapResult.OK;
        }
        removal.begin();
        Entry changed = entry.without(start, end, removal);
        if (removal.refused()) {
            return UnmapResult.SPLIT;
        }
        publish(entry, changed, size - removal.mappings());
        return UnmapResult.OK;
    }

    private void publish(Entry before, Entry after, long newSize) {
        if (before != after) {
            ROOT.setRelease(this, after == null ? null : after.content());
        }
        SIZE.setOpaque(this, newSize);
    }

    @Override
    public boolean lookup(long address, Translation translation) {
        Object content = ROOT.getAcquire(this);
        while (true) {
            if (content instanceof FullNode full) {
                Mapping span = full.span(address);
                content = span == null ? full.child(address) : span;
            } else if (content instanceof long[] words) {
                return PageLeaf.lookup(words, address, translation);
            } else if (content instanceof SparseNode sparse) {
                Mapping span = sparse.span(address);
                content = span == null ? sparse.child(address) : span;
            } else {
                return content instanceof Mapping mapping && mapping.lookup(address, translation);
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
        return (long) SIZE.getOpaque(this);
    }

    @Override
    public void close() {
        publish(root(), null, 0);
    }
}
