// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.function.Consumer;
import org.viommu.mapping.UnmapResult;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * What a domain maps: the rules of MAP and UNMAP (virtio 1.4, 5.13.6.5 and 5.13.6.6). Each operation checks everything
 * first; one that is refused has changed nothing, unless {@link LenientUnmap} is asked for.
 *
 * <p>Confined to the {@link SingleWriter}. A domain that is null does not exist, a journal that is null need not hear of
 * changes.
 */
final class MappingRules {
    private final IommuSettings settings;
    private final Compatibility conduct;
    private final Revocation revocation;
    private final Consumer<StoreFailure> failures;
    private final Trace trace;
    private int quota;

    /**
     * Makes the rules of a device.
     *
     * @param settings of the device
     * @param revocation told of what UNMAP takes away
     * @param failures told of each failure of a store
     * @param trace told of requests to unmap and of mappings that come and go
     */
    MappingRules(IommuSettings settings, Revocation revocation, Consumer<StoreFailure> failures, Trace trace) {
        this.settings = settings;
        this.conduct = settings.protocol().compatibility();
        this.revocation = revocation;
        this.failures = failures;
        this.trace = trace;
        limit(settings.quotas().mappings());
    }

    /** From now on a domain may hold so many mappings. */
    void limit(int mappingsOfDomain) {
        quota = mappingsOfDomain;
    }

    /** Maps; the flags have been checked. */
    RequestStatus map(Domain domain, Journal journal, long start, long end, long physical, int flags) {
        if (Unsigned.below(end, start)) {
            return RequestStatus.INVAL;
        }
        if (!translatable(start, end, physical)) {
            return RequestStatus.RANGE;
        }
        if (domain == null) {
            return RequestStatus.NOENT;
        }
        if (domain.bypass() || conduct.checksReservedRegions() && domain.reserves(start, end)) {
            return RequestStatus.INVAL;
        }
        try {
            return enter(domain, journal, start, end, physical, flags);
        } catch (StoreFailure failure) {
            if (journal != null) {
                // The guest is told that there is no such mapping, whatever the store has made of it.
                journal.unmap(domain, start, end);
            }
            return refuse(failure);
        }
    }

    RequestStatus unmap(Domain domain, Journal journal, long start, long end) {
        if (Unsigned.below(end, start)) {
            return RequestStatus.INVAL;
        }
        if (domain == null) {
            return RequestStatus.NOENT;
        }
        if (domain.bypass()) {
            return RequestStatus.INVAL;
        }
        try {
            if (conduct.unmapsUpToSplit()) {
                UnmapResult result = new LenientUnmap(domain, journal, trace).remove(start, end);
                revocation.removed(domain, start, end);
                return result == UnmapResult.OK ? RequestStatus.OK : RequestStatus.RANGE;
            }
            TracedUnmap traced = trace.on() ? new TracedUnmap(trace, domain, start, end) : null;
            if (domain.table().unmap(start, end) == UnmapResult.SPLIT) {
                return RequestStatus.RANGE;
            }
            if (traced != null) {
                traced.tell();
            }
        } catch (StoreFailure failure) {
            revocation.removed(domain, start, end);
            return refuse(failure);
        }
        revocation.removed(domain, start, end);
        if (journal != null) {
            journal.unmap(domain, start, end);
        }
        return RequestStatus.OK;
    }

    private boolean translatable(long start, long end, long physical) {
        if (Unsigned.below(physical + (end - start), physical)) {
            return false;
        }
        boolean aligned = ((start | end + 1 | physical) & settings.granule() - 1) == 0;
        return !conduct.checksRanges() || aligned && !Unsigned.below(settings.inputEnd(), end);
    }

    private RequestStatus enter(Domain domain, Journal journal, long start, long end, long physical, int flags) {
        DomainTable table = domain.table();
        if (table.size() >= quota && !table.anyIn(start, end)) {
            return RequestStatus.NOMEM;
        }
        return switch (table.map(start, end, physical, flags)) {
            case OVERLAP -> RequestStatus.INVAL;
            case NO_MEMORY -> RequestStatus.NOMEM;
            case OK -> {
                if (journal != null) {
                    journal.map(domain, start, end, physical, flags);
                }
                if (trace.on()) {
                    trace.put(TraceKind.MAP, (long) domain.id() << Integer.SIZE | flags, start, end, physical);
                }
                yield RequestStatus.OK;
            }
        };
    }

    private RequestStatus refuse(StoreFailure failure) {
        failures.accept(failure);
        return RequestStatus.DEVERR;
    }
}
