// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.HashSet;
import java.util.Set;
import org.viommu.mapping.MappingStore;

/**
 * The end of a hand-over: puts the tables of a replica that is complete in the place of the present ones. All domains
 * or none.
 *
 * <p>{@link #publish} is for the writer, the rest for whoever copies.
 */
final class Publication {
    private final AddressSpaces spaces;
    private final MappingStore target;
    private final Handover.Orders orders;
    private final Set<Domain> damaged = new HashSet<>();
    private Domain[] domains = {};
    private DomainTable[] tables = {};

    /** The replica's, when {@link #domains} and {@link #tables} were collected from it. */
    private int changes = -1;

    /**
     * Prepares for the end.
     *
     * @param spaces whose tables are replaced
     * @param target the store of the replica
     * @param orders of whoever wants the mappings moved
     */
    Publication(AddressSpaces spaces, MappingStore target, Handover.Orders orders) {
        this.spaces = spaces;
        this.target = target;
        this.orders = orders;
    }

    /** What an old store does not give back is lost, if it must be left: accesses to it will fault, which is safe. */
    void damage(Domain domain, StoreFailure failure) {
        if (!orders.salvage()) {
            throw new HandoverFailure("the old store does not give its mappings back: " + failure.getMessage());
        }
        damaged.add(domain);
    }

    /** Collects what will be published, so that the writer need not do it while it is stopped. */
    void prepare(Replica replica) {
        if (changes != replica.changes()) {
            changes = replica.changes();
            domains = replica.tables().keySet().toArray(Domain[]::new);
            tables = new DomainTable[domains.length];
            for (int i = 0; i < domains.length; i++) {
                tables[i] = replica.of(domains[i]).table();
            }
        }
    }

    /**
     * Compares counts and publishes. Code that runs once for an exchange is slow, as the processor has to fetch it: what
     * can be done before or after is not done here.
     *
     * @param replica that has got all changes
     * @param begin when the writer was stopped, in nanoseconds
     */
    Handover.Result publish(Replica replica, long begin) {
        prepare(replica);
        long mappings = 0;
        for (int i = 0; i < domains.length; i++) {
            long moved = tables[i].size();
            checkCount(domains[i], moved);
            mappings += moved;
        }
        Ledger ledger = spaces.openLedger(target);
        if (!ledger.opened()) {
            throw new HandoverFailure("the new store does not open its record of the device");
        }
        for (int i = 0; i < domains.length; i++) {
            tables[i] = domains[i].replaceTable(tables[i]);
        }
        spaces.use(target, ledger);
        spaces.record(null);
        return new Handover.Result(mappings, System.nanoTime() - begin, damaged.size());
    }

    /** Closes the former tables when they have been published and no access uses what was before. */
    void closeReplaced() {
        for (DomainTable table : tables) {
            table.closeQuietly();
        }
    }

    private void checkCount(Domain domain, long moved) {
        long expected = moved;
        try {
            if (!damaged.contains(domain)) {
                expected = domain.table().size();
            }
        } catch (StoreFailure failure) {
            damage(domain, failure);
        }
        if (moved != expected) {
            throw new HandoverFailure("the new store has %d mappings of domain %s instead of %d"
                    .formatted(moved, Integer.toUnsignedString(domain.id()), expected));
        }
    }
}
