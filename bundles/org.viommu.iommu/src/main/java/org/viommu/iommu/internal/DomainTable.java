// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.mapping.DeviceRecord;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingRun;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/**
 * The mappings of one domain in the store that keeps them. Stores are foreign code: whatever one throws becomes a
 * {@link StoreFailure} that says whose fault it is. The rules on threads are those of {@link MappingTable}.
 */
final class DomainTable {
    private static final Logger LOG = LoggerFactory.getLogger(DomainTable.class);

    private final MappingStore store;
    private final MappingTable table;

    private DomainTable(MappingStore store, MappingTable table) {
        this.store = store;
        this.table = table;
    }

    /** Opens an empty table. */
    static DomainTable open(MappingStore store, String device, int domain) {
        try {
            MappingTable table = store.open(device, domain);
            if (table == null) {
                throw new IllegalStateException("the store opened no table");
            }
            return new DomainTable(store, table);
        } catch (RuntimeException | Error e) {
            throw new StoreFailure(store, e);
        }
    }

    /** Opens the table that a record has kept. */
    static DomainTable resume(MappingStore store, DeviceRecord record, int domain) {
        try {
            return new DomainTable(store, record.resume(domain));
        } catch (RuntimeException | Error e) {
            throw new StoreFailure(store, e);
        }
    }

    MapResult map(long start, long end, long physical, int flags) {
        try {
            return table.map(start, end, physical, flags);
        } catch (RuntimeException | Error e) {
            throw new StoreFailure(store, e);
        }
    }

    int mapAll(MappingRun run, int from) {
        try {
            return table.mapAll(run, from);
        } catch (RuntimeException | Error e) {
            throw new StoreFailure(store, e);
        }
    }

    UnmapResult unmap(long start, long end) {
        try {
            return table.unmap(start, end);
        } catch (RuntimeException | Error e) {
            throw new StoreFailure(store, e);
        }
    }

    boolean lookup(long address, Translation translation) {
        try {
            return table.lookup(address, translation);
        } catch (RuntimeException | Error e) {
            throw new StoreFailure(store, e);
        }
    }

    void forEach(long from, MappingTable.Visitor visitor) {
        try {
            table.forEach(from, visitor);
        } catch (StoreFailure e) {
            // Thrown by a visitor that works on another store.
            throw e;
        } catch (RuntimeException | Error e) {
            throw new StoreFailure(store, e);
        }
    }

    /** Whether a mapping shares an address with the range. */
    boolean anyIn(long start, long end) {
        boolean[] found = new boolean[1];
        forEach(start, (first, last, physical, flags) -> {
            found[0] = !Unsigned.below(end, first);
            return false;
        });
        return found[0];
    }

    long size() {
        try {
            return table.size();
        } catch (RuntimeException | Error e) {
            throw new StoreFailure(store, e);
        }
    }

    /** Closes a table that nobody will ask about again; a failure has no consequence. */
    void closeQuietly() {
        try {
            table.close();
        } catch (RuntimeException | Error e) {
            LOG.warn("store {} failed to close a table: {}", store.getClass().getName(), e.toString());
        }
    }
}
