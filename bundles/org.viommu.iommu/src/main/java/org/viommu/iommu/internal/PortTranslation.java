// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.viommu.mapping.Translation;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.MapFlags;

/**
 * Decides one port's accesses: reserved region, then bypass, then domain, then mapping and its permissions. What it
 * remembers is good while the endpoint's view stays, and until it is unmapped.
 *
 * <p>Confined to the port's thread, which is inside its slot, but for {@link #count()}.
 */
final class PortTranslation {
    private static final VarHandle COUNT;

    /** How the trace writes directions. */
    private static final int READ_ACCESS = 1;

    private static final int WRITE_ACCESS = 2;

    static {
        try {
            COUNT = MethodHandles.lookup()
                    .findVarHandle(PortTranslation.class, "count", long.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Endpoint endpoint;
    private final IommuConfigSpace config;
    private final PortFaults faults;
    private final Invalidations invalidations;
    private final Consumer<StoreFailure> failures;
    private final Trace trace;
    private final TranslationCache cache;
    private final Translation found = new Translation();

    /** The view to which the cache belongs; null if there is none. */
    private Endpoint.View cachedView;

    private long count;
    private long last;

    /** Whether an access has passed untranslated; only for the trace. */
    private boolean passed;

    private boolean closed;

    PortTranslation(
            Endpoint endpoint,
            IommuConfigSpace config,
            PortFaults faults,
            Invalidations invalidations,
            Consumer<StoreFailure> failures,
            Trace trace) {
        this.endpoint = endpoint;
        this.config = config;
        this.faults = faults;
        this.invalidations = invalidations;
        this.failures = failures;
        this.trace = trace;
        cache = new TranslationCache(invalidations);
    }

    /**
     * Translates an address.
     *
     * @return the guest-physical address; how far it counts is in {@link #last()}
     * @throws AccessFault if the access is refused; it has been reported
     */
    long translate(long address, Direction direction) throws AccessFault {
        COUNT.setOpaque(this, count + 1);
        Endpoint.View view = endpoint.view();
        return view == cachedView && (cache.holds(address) || cache.recall(address))
                ? cached(address, direction)
                : view.traced() ? traced(view, address, direction) : decide(view, address, direction);
    }

    /** Last I/O virtual address (inclusive) to which the translation goes on without a break. */
    long last() {
        return last;
    }

    /** Accesses decided so far. Any thread may ask. */
    long count() {
        return (long) COUNT.getOpaque(this);
    }

    /** Refuses everything from now on. */
    void close() {
        closed = true;
        cachedView = null;
    }

    /** Tells of accesses that bypass nothing, and where they go. Forgets the view, so that the next one is told too. */
    private long traced(Endpoint.View view, long address, Direction direction) throws AccessFault {
        boolean bypasses = view.attached() ? view.domain().bypass() : config.bypass();
        if (!bypasses) {
            int access = direction == Direction.WRITE ? WRITE_ACCESS : READ_ACCESS;
            trace.put(TraceKind.TRANSLATE, endpoint.id(), address, access);
        }
        passed = false;
        long physical;
        try {
            physical = decide(view, address, direction);
        } finally {
            cachedView = null;
        }
        if (!passed) {
            trace.put(TraceKind.TRANSLATE_OUT, endpoint.id(), address, physical);
        }
        return physical;
    }

    private long decide(Endpoint.View view, long address, Direction direction) throws AccessFault {
        if (closed) {
            throw new AccessFault(AccessFault.Reason.CLOSED, address);
        }
        if (!view.known()) {
            throw refused(FaultReason.UNKNOWN, address, direction);
        }
        ReservedRegions reserved = view.reserved();
        int region = reserved.notBelow(address);
        long limit = -1L;
        if (region < reserved.count()) {
            if (!Unsigned.below(address, reserved.start(region))) {
                if (!reserved.msi(region)) {
                    throw refused(FaultReason.MAPPING, address, direction);
                }
                return pass(address, reserved.end(region));
            }
            limit = reserved.start(region) - 1;
        }
        Domain domain = view.domain();
        if (domain == null && !config.bypass()) {
            throw refused(FaultReason.DOMAIN, address, direction);
        }
        if (domain == null || domain.bypass()) {
            return pass(address, limit);
        }
        if (view != cachedView) {
            cache.forget();
            cachedView = view;
        }
        find(domain, address, direction, limit);
        return cached(address, direction);
    }

    private void find(Domain domain, long address, Direction direction, long limit) throws AccessFault {
        int place = Invalidations.place(domain.id(), address);
        // Before the look-up: a mapping removed since then makes what was found useless.
        long removals = invalidations.count(place);
        boolean present;
        try {
            present = domain.table().lookup(address, found);
        } catch (StoreFailure failure) {
            failures.accept(failure);
            throw refused(FaultReason.UNKNOWN, address, direction);
        }
        if (!present) {
            throw refused(FaultReason.MAPPING, address, direction);
        }
        cache.remember(address, found, Unsigned.min(found.end(), limit), place, removals);
    }

    private long cached(long address, Direction direction) throws AccessFault {
        if (!cache.grants(direction == Direction.WRITE ? MapFlags.WRITE : MapFlags.READ)) {
            throw refused(FaultReason.MAPPING, address, direction);
        }
        last = cache.last();
        return cache.physical(address);
    }

    private long pass(long address, long limit) {
        passed = true;
        last = limit;
        return address;
    }

    private AccessFault refused(FaultReason reason, long address, Direction direction) {
        faults.report(reason, direction, address);
        return new AccessFault(AccessFault.Reason.NOT_TRANSLATED, address);
    }
}
