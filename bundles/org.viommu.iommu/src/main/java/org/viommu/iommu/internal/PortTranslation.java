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
 * Decides one port's accesses: reserved region, then bypass, then domain, then mapping and its permissions. It
 * remembers the last mapping that it found; that is good while the endpoint's view and the domain's generation stay.
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
    private final Consumer<StoreFailure> failures;
    private final Trace trace;
    private final Translation found = new Translation();

    /** The view under which {@link #found} was looked up; null if it holds nothing. */
    private Endpoint.View foundView;

    private long foundGeneration;

    /** Last address to which {@link #found} counts: a reserved region may begin behind it. */
    private long foundLimit;

    private long count;
    private long physical;
    private long last;
    private boolean closed;

    PortTranslation(
            Endpoint endpoint,
            IommuConfigSpace config,
            PortFaults faults,
            Consumer<StoreFailure> failures,
            Trace trace) {
        this.endpoint = endpoint;
        this.config = config;
        this.faults = faults;
        this.failures = failures;
        this.trace = trace;
    }

    /**
     * Translates an address. The answer is in {@link #physical()} and {@link #last()}.
     *
     * @throws AccessFault if the access is refused; it has been reported
     */
    void translate(long address, Direction direction) throws AccessFault {
        COUNT.setOpaque(this, count + 1);
        Endpoint.View view = endpoint.view();
        if (trace.on()) {
            traced(view, address, direction);
        } else {
            resolve(view, address, direction);
        }
    }

    private void resolve(Endpoint.View view, long address, Direction direction) throws AccessFault {
        if (view != foundView
                || foundGeneration != view.domain().generation()
                || !Unsigned.within(address, found.start(), foundLimit)) {
            decide(view, address, direction);
        } else {
            useFound(address, direction);
        }
    }

    /** Guest-physical address of the address translated last. */
    long physical() {
        return physical;
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
        foundView = null;
    }

    /** Tells of accesses that bypass nothing, and where they go. */
    private void traced(Endpoint.View view, long address, Direction direction) throws AccessFault {
        boolean bypasses = view.attached() ? view.domain().bypass() : config.bypass();
        if (!bypasses) {
            int access = direction == Direction.WRITE ? WRITE_ACCESS : READ_ACCESS;
            trace.put(TraceKind.TRANSLATE, endpoint.id(), address, access);
        }
        resolve(view, address, direction);
        if (foundView != null) {
            trace.put(TraceKind.TRANSLATE_OUT, endpoint.id(), address, physical);
        }
    }

    private void decide(Endpoint.View view, long address, Direction direction) throws AccessFault {
        foundView = null;
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
                identity(address, reserved.end(region));
                return;
            }
            limit = reserved.start(region) - 1;
        }
        Domain domain = view.domain();
        if (domain == null && !config.bypass()) {
            throw refused(FaultReason.DOMAIN, address, direction);
        }
        if (domain == null || domain.bypass()) {
            identity(address, limit);
            return;
        }
        find(view, address, direction);
        foundLimit = Unsigned.min(found.end(), limit);
        useFound(address, direction);
    }

    private void find(Endpoint.View view, long address, Direction direction) throws AccessFault {
        // Before the look-up: a mapping removed since then makes what was found useless.
        foundGeneration = view.domain().generation();
        boolean present;
        try {
            present = view.domain().table().lookup(address, found);
        } catch (StoreFailure failure) {
            failures.accept(failure);
            throw refused(FaultReason.UNKNOWN, address, direction);
        }
        if (!present) {
            throw refused(FaultReason.MAPPING, address, direction);
        }
        foundView = view;
    }

    private void useFound(long address, Direction direction) throws AccessFault {
        int needed = direction == Direction.WRITE ? MapFlags.WRITE : MapFlags.READ;
        if ((found.flags() & needed) == 0) {
            throw refused(FaultReason.MAPPING, address, direction);
        }
        physical = found.physical() + (address - found.start());
        last = foundLimit;
    }

    private void identity(long address, long limit) {
        physical = address;
        last = limit;
    }

    private AccessFault refused(FaultReason reason, long address, Direction direction) {
        faults.report(reason, direction, address);
        return new AccessFault(AccessFault.Reason.NOT_TRANSLATED, address);
    }
}
