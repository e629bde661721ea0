// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.viommu.mapping.KeptDevice;
import org.viommu.mapping.MappingStore;
import org.viommu.memory.AccessGate;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * The domains and who is in them: the rules of ATTACH and DETACH (virtio 1.4, 5.13.6.3 and 5.13.6.4); those of MAP and
 * UNMAP are {@link MappingRules}. Each operation checks everything first; one that is refused has changed nothing.
 *
 * <p>Confined to the {@link SingleWriter}, but for {@link #domain} and {@link #forEach}. What an operation takes away
 * may still be in use when it returns; {@link #settle()} waits for the end of that, and must be called before a guest
 * is answered.
 */
final class AddressSpaces {
    private final IommuSettings settings;
    private final String name;
    private Quotas quotas;
    private final Compatibility conduct;
    private final Revocation revocation;
    private final MappingRules mappings;
    private final Endpoints endpoints;
    private final Consumer<StoreFailure> failures;
    private final Trace trace;
    private final IdTable<Domain> domains = new IdTable<>();

    private MappingStore store;
    private Ledger ledger;
    private int attached;

    /** Hears of each change while a hand-over is under way; null otherwise. */
    private Journal journal;

    /**
     * Begins without domains.
     *
     * @param settings of the device
     * @param endpoints behind it
     * @param gate that accesses pass
     * @param stores gives the store for new tables, and another one if that does not open the device's record
     * @param failures told of each failure of a store
     * @param trace told of resets and domains
     */
    AddressSpaces(
            IommuSettings settings,
            Endpoints endpoints,
            AccessGate gate,
            Supplier<MappingStore> stores,
            Consumer<StoreFailure> failures,
            Trace trace) {
        this.settings = settings;
        this.name = settings.qualifiedName();
        this.quotas = settings.quotas();
        this.conduct = settings.protocol().compatibility();
        this.endpoints = endpoints;
        this.failures = failures;
        this.trace = trace;
        revocation = new Revocation(gate);
        mappings = new MappingRules(settings, revocation, failures, trace);
        do {
            store = stores.get();
            ledger = openLedger(store);
        } while (!ledger.opened());
    }

    /** From now on a guest may use up so much. What it has beyond that it keeps. */
    void limit(Quotas next) {
        quotas = next;
        mappings.limit(next.mappings());
    }

    /**
     * Attaches an endpoint; from another domain it is moved.
     *
     * @param bypass whether the domain is, or is to become, a bypass domain
     */
    RequestStatus attach(int domainId, int endpointId, boolean bypass) {
        ReservedRegions reserved = endpoints.reserved(endpointId);
        if (reserved == null) {
            return RequestStatus.NOENT;
        }
        if (conduct.checksRanges()
                && Integer.compareUnsigned(domainId, settings.protocol().domainEnd()) > 0) {
            return RequestStatus.RANGE;
        }
        Domain from = endpoints.domain(endpointId);
        if (conduct.detachesFirst() && from != null) {
            detach(endpointId, from, reserved);
            from = null;
        }
        Domain domain = domains.get(domainId);
        if (domain != null && domain.bypass() != bypass) {
            return RequestStatus.INVAL;
        }
        if (domain != null && domain == from) {
            return RequestStatus.OK;
        }
        if (!fits(domain, from)) {
            return RequestStatus.NOMEM;
        }
        try {
            if (domain != null && !bypass && conduct.checksReservedRegions() && reserved.overlaps(domain.table())) {
                return RequestStatus.UNSUPP;
            }
            if (domain == null) {
                domain = create(domainId, bypass);
            }
        } catch (StoreFailure failure) {
            failures.accept(failure);
            return RequestStatus.DEVERR;
        }
        endpoints.attach(endpointId, domain);
        ledger.attached(endpointId, domainId);
        domain.join(reserved);
        if (from == null) {
            attached++;
        } else {
            leave(endpointId, from, reserved);
        }
        revocation.began();
        return RequestStatus.OK;
    }

    RequestStatus detach(int domainId, int endpointId) {
        ReservedRegions reserved = endpoints.reserved(endpointId);
        if (reserved == null) {
            return RequestStatus.NOENT;
        }
        Domain domain = endpoints.domain(endpointId);
        if (domain == null && conduct.forgetsDetached()) {
            return RequestStatus.NOENT;
        }
        if (domain == null || domain.id() != domainId) {
            return RequestStatus.INVAL;
        }
        detach(endpointId, domain, reserved);
        return RequestStatus.OK;
    }

    /** Maps; the flags have been checked. */
    RequestStatus map(int domainId, long start, long end, long physical, int flags) {
        return mappings.map(domains.get(domainId), journal, start, end, physical, flags);
    }

    RequestStatus unmap(int domainId, long start, long end) {
        if (trace.on()) {
            trace.put(TraceKind.UNMAP, domainId, start, end);
        }
        return mappings.unmap(domains.get(domainId), journal, start, end);
    }

    /** The driver is gone, which is a reset. */
    void end() {
        if (trace.on()) {
            trace.put(TraceKind.DEVICE_RESET);
        }
        reset();
    }

    /** Detaches everything, as a reset asks (virtio 1.4, 5.13.5), and waits until nothing uses the domains any more. */
    void reset() {
        ledger.reset();
        endpoints.forEach(endpoint -> {
            Endpoint.View view = endpoint.view();
            if (view.attached()) {
                detach(endpoint.id(), view.domain(), view.reserved());
            }
        });
        settle();
        ledger.commit();
    }

    /**
     * Brings the endpoints up to date with a topology: those that are gone are detached. Returns when they have no
     * access under way.
     */
    void direct(EndpointDirectory directory) {
        endpoints.direct(directory);
        endpoints.forEach(endpoint -> {
            Endpoint.View old = endpoint.view();
            ReservedRegions reserved = directory.find(endpoint.id());
            if (old.attached() && reserved == null) {
                ledger.unplugged(endpoint.id());
                detach(endpoint.id(), old.domain(), old.reserved());
            } else if (old.attached()) {
                old.domain().leave(old.reserved());
                old.domain().join(reserved);
            }
            endpoints.refresh(endpoint);
        });
        revocation.began();
        settle();
        ledger.commit();
    }

    /**
     * Puts the kept domains and attachments in force.
     *
     * @param kept in the ledger; all its endpoints exist, and the device has no domain
     * @return false if it cannot be read: then there is still no domain, and nothing is recorded from now on
     */
    boolean resume(KeptDevice kept) {
        try {
            kept.domains().forEach((id, bypass) -> domains.put(new Domain(id, bypass ? null : ledger.resume(id))));
        } catch (StoreFailure failure) {
            domains.forEach(domain -> domains.remove(domain.id()));
            // What cannot be read now stays, for when it can.
            ledger.close();
            failures.accept(failure);
            return false;
        }
        kept.attachments().forEach((endpointId, domainId) -> {
            Domain domain = domains.get(domainId);
            endpoints.attach(endpointId, domain);
            domain.join(endpoints.reserved(endpointId));
            attached++;
        });
        return true;
    }

    /** For ports that remember translations. */
    Invalidations invalidations() {
        return revocation.invalidations();
    }

    /** The record that is told of changes. */
    Ledger ledger() {
        return ledger;
    }

    /** Returns when no access uses any more what was taken away. */
    void settle() {
        revocation.settle();
    }

    /** Visits the domains. Any thread may ask. */
    void forEach(Consumer<Domain> visitor) {
        domains.forEach(visitor);
    }

    /** The domains that have a table. */
    List<Domain> translating() {
        List<Domain> translating = new ArrayList<>(domains.size());
        domains.forEach(domain -> {
            if (!domain.bypass()) {
                translating.add(domain);
            }
        });
        return translating;
    }

    /** The domain with an ID, or null. Any thread may ask. */
    Domain domain(int id) {
        return domains.get(id);
    }

    /** Has each change written down from now on; null ends that. */
    void record(Journal next) {
        journal = next;
    }

    /** Lets whoever writes the changes down come after. Called between two batches. */
    void throttle() {
        if (journal != null) {
            journal.throttle();
        }
    }

    /** Opens new tables in another store from now on, which has got the mappings; forgets the present one's record. */
    void use(MappingStore next, Ledger nextLedger) {
        if (nextLedger.records()) {
            write(nextLedger);
        } else {
            nextLedger.begun(ledger.bypass());
        }
        adopt(next, nextLedger);
    }

    /** Opens tables in another store from now on, and forgets the present one's record. */
    void adopt(MappingStore next, Ledger nextLedger) {
        Ledger last = ledger;
        // What was found in the old tables the new ones need not have, if a store has failed.
        revocation.invalidations().invalidateAll();
        store = next;
        ledger = nextLedger;
        // Only now, so that there is a valid record at each moment.
        last.drop();
    }

    /** Opens the record of the device in a store. */
    Ledger openLedger(MappingStore recorded) {
        return Ledger.open(recorded, name, failures);
    }

    /** Whether there is no domain. */
    boolean empty() {
        return domains.size() == 0;
    }

    /** The mappings of all domains. */
    long mappings() {
        long[] sum = new long[1];
        domains.forEach(domain -> sum[0] += domain.bypass() ? 0 : domain.table().size());
        return sum[0];
    }

    /** Begins a record and tells it all that is. */
    private void write(Ledger next) {
        next.begin(settings.fingerprint(), ledger.bypass());
        domains.forEach(next::opened);
        endpoints.forEach(endpoint -> {
            Endpoint.View view = endpoint.view();
            if (view.attached()) {
                next.attached(endpoint.id(), view.domain().id());
            }
        });
        next.commit();
    }

    private boolean fits(Domain domain, Domain from) {
        boolean freesOne = from != null && from.endpoints() == 1;
        boolean domainFits = domain != null || domains.size() - (freesOne ? 1 : 0) < quotas.domains();
        boolean endpointFits = from != null || attached < quotas.endpoints();
        return domainFits && endpointFits;
    }

    private Domain create(int id, boolean bypass) {
        // A store may keep tables by domain ID, so the old one of this ID must be closed.
        settle();
        Domain domain = new Domain(id, bypass ? null : DomainTable.open(store, name, id));
        domains.put(domain);
        ledger.opened(domain);
        if (trace.on()) {
            trace.put(TraceKind.GET_DOMAIN, id);
        }
        if (journal != null && !bypass) {
            journal.opened(domain);
        }
        return domain;
    }

    private void detach(int endpointId, Domain domain, ReservedRegions reserved) {
        endpoints.detach(endpointId);
        ledger.detached(endpointId);
        attached--;
        leave(endpointId, domain, reserved);
        revocation.began();
    }

    /** A domain dies with its last endpoint. */
    private void leave(int endpointId, Domain domain, ReservedRegions reserved) {
        if (trace.on()) {
            trace.put(TraceKind.LEAVE, domain.id(), endpointId);
        }
        domain.leave(reserved);
        if (domain.endpoints() > 0) {
            return;
        }
        domains.remove(domain.id());
        ledger.closed(domain);
        if (trace.on()) {
            trace.put(TraceKind.PUT_DOMAIN, domain.id());
        }
        if (!domain.bypass()) {
            revocation.retire(domain.table());
            if (journal != null) {
                journal.closed(domain);
            }
        }
    }
}
