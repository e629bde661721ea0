// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.iommu.trace.TraceEvent;

/** How each trace event is kept as four numbers until it is told. */
enum TraceKind {
    DEVICE_RESET((device, a, b, c, d) -> new TraceEvent.DeviceReset()),
    SYSTEM_RESET((device, a, b, c, d) -> new TraceEvent.SystemReset()),
    SET_CONFIG((device, a, b, c, d) -> new TraceEvent.SetConfig((int) a)),
    ATTACH((device, a, b, c, d) -> new TraceEvent.Attach((int) a, (int) b)),
    DETACH((device, a, b, c, d) -> new TraceEvent.Detach((int) a, (int) b)),
    LEAVE((device, a, b, c, d) -> new TraceEvent.Leave((int) a, (int) b)),
    /** The domain stands in the upper half of the first number, the flags in the lower one. */
    MAP((device, a, b, c, d) -> new TraceEvent.Map((int) (a >>> Integer.SIZE), b, c, d, (int) a)),
    UNMAP((device, a, b, c, d) -> new TraceEvent.Unmap((int) a, b, c)),
    UNMAP_DONE((device, a, b, c, d) -> new TraceEvent.UnmapDone((int) a, b, c)),
    RESERVED_PROPERTY((device, a, b, c, d) -> new TraceEvent.ReservedProperty((int) a, (int) b, c, d)),
    GET_ENDPOINT((device, a, b, c, d) -> new TraceEvent.GetEndpoint((int) a)),
    PUT_ENDPOINT((device, a, b, c, d) -> new TraceEvent.PutEndpoint((int) a)),
    GET_DOMAIN((device, a, b, c, d) -> new TraceEvent.GetDomain((int) a)),
    PUT_DOMAIN((device, a, b, c, d) -> new TraceEvent.PutDomain((int) a)),
    TRANSLATE((device, a, b, c, d) -> new TraceEvent.Translate(device, (int) a, b, (int) c)),
    TRANSLATE_OUT((device, a, b, c, d) -> new TraceEvent.TranslateOut(b, c, (int) a)),
    REPORT_FAULT((device, a, b, c, d) -> new TraceEvent.ReportFault((int) a, (int) b, (int) c, d));

    /** Makes the event of the four numbers. */
    @FunctionalInterface
    private interface Decoder {
        TraceEvent event(String device, long a, long b, long c, long d);
    }

    private static final TraceKind[] KINDS = values();

    private final Decoder decoder;

    TraceKind(Decoder decoder) {
        this.decoder = decoder;
    }

    static TraceKind of(long ordinal) {
        return KINDS[(int) ordinal];
    }

    /**
     * The event.
     *
     * @param device whose event it is, as {@code MACHINE/NAME}
     */
    TraceEvent event(String device, long a, long b, long c, long d) {
        return decoder.event(device, a, b, c, d);
    }
}
