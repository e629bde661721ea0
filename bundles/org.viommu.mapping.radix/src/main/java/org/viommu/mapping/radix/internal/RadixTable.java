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
            ROOT = lookup.findVarHandle(RadixTable.class, "root", Entry.class);
            SIZE = lookup.findVarHandle(RadixTable.class, "size", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long limit;
    private final Tally removed = new Tally();
    private Entry root;
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
        Entry entry = root;
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
        Entry entry = root;
        if (entry == null) {
            return UnmapResult.OK;
        }
        if (entry.cuts(start, end)) {
            return UnmapResult.SPLIT;
        }
        Entry changed = entry.without(start, end, removed);
        publish(entry, changed, size - removed.take());
        return UnmapResult.OK;
    }

    private void publish(Entry before, Entry after, long newSize) {
        if (before != after) {
            ROOT.setRelease(this, after);
        }
        SIZE.setOpaque(this, newSize);
    }

    @Override
    public boolean lookup(long address, Translation translation) {
        Entry entry = (Entry) ROOT.getAcquire(this);
        while (entry instanceof Node node) {
            Mapping[] spans = node.spans();
            if (spans != Spans.NONE) {
                Mapping span = Spans.find(spans, address);
                if (span != null) {
                    return span.lookup(address, translation);
                }
            }
            entry = node.child(address);
        }
        if (entry instanceof PageLeaf leaf) {
            return leaf.lookup(address, translation);
        }
        return entry instanceof Mapping mapping && mapping.lookup(address, translation);
    }

    @Override
    public void forEach(long from, Visitor visitor) {
        Entry entry = (Entry) ROOT.getAcquire(this);
        if (entry != null) {
            entry.scan(new Scan(from, visitor));
        }
    }

    @Override
    public long size() {
        return (long) SIZE.getOpaque(this);
    }

    @Override
    public void close() {
        publish(root, null, 0);
    }
}
