// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.viommu.mapping.MappingStore;

/** The tables of all domains in another store, while they are being filled. Used by one thread at a time. */
final class Replica {
    private final MappingStore store;
    private final String device;
    private final Map<Domain, ReplicaTable> tables = new IdentityHashMap<>();
    private int changes;

    /**
     * Begins without tables.
     *
     * @param store where to open them
     * @param device name of the device
     */
    Replica(MappingStore store, String device) {
        this.store = store;
        this.device = device;
    }

    /** Opens the table of a domain. */
    void open(Domain domain) {
        changes++;
        tables.put(domain, new ReplicaTable(DomainTable.open(store, device, domain.id())));
    }

    /** Gives the table of a domain back. */
    void close(Domain domain) {
        changes++;
        tables.remove(domain).table().closeQuietly();
    }

    boolean has(Domain domain) {
        return tables.containsKey(domain);
    }

    /** The table of a domain that has been opened and not closed. */
    ReplicaTable of(Domain domain) {
        return tables.get(domain);
    }

    /** The tables of all domains that translate. */
    Map<Domain, ReplicaTable> tables() {
        return tables;
    }

    /** How often a table was opened or closed. */
    int changes() {
        return changes;
    }

    /** Gives all tables back, come what may. */
    void discard() {
        List<ReplicaTable> all = new ArrayList<>(tables.values());
        tables.clear();
        all.forEach(table -> table.table().closeQuietly());
    }
}
