// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where a device notes its trace events. Off, it costs plain reads for each request, and a look at the endpoint's view for
 * each access whose translation is not remembered; on, it never waits: what finds no room is dropped and counted.
 * Thread-safe.
 */
final class Trace {
    /** Lets the compiler leave all of it out: what a device without a trace would be like. */
    private static final boolean ABSENT = Boolean.getBoolean("viommu.trace.absent");

    private static final VarHandle ON;

    static {
        try {
            ON = MethodHandles.lookup()
                    .findVarHandle(Trace.class, "on", boolean.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private boolean on;

    /** Null while the trace is off. */
    private volatile TraceRing ring;

    /** Whether events are wanted; asked before {@link #put}. */
    boolean on() {
        return !ABSENT && (boolean) ON.getOpaque(this);
    }

    /** Has events put into a ring from now on. */
    void begin(TraceRing next) {
        ring = next;
        ON.setOpaque(this, true);
    }

    /** Wants no events any more. */
    void end() {
        ON.setOpaque(this, false);
        ring = null;
    }

    void put(TraceKind kind) {
        put(kind, 0, 0, 0, 0);
    }

    void put(TraceKind kind, long a) {
        put(kind, a, 0, 0, 0);
    }

    void put(TraceKind kind, long a, long b) {
        put(kind, a, b, 0, 0);
    }

    void put(TraceKind kind, long a, long b, long c) {
        put(kind, a, b, c, 0);
    }

    void put(TraceKind kind, long a, long b, long c, long d) {
        TraceRing current = ring;
        if (current != null) {
            current.put(kind, a, b, c, d);
        }
    }
}
