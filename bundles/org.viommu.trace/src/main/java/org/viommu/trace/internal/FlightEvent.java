// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.trace.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timestamp;
import org.viommu.iommu.trace.TraceRecord;

/** A trace event in a flight recording. */
@Name(FlightEvent.NAME)
@Label("IOMMU Trace Event")
@Category({"Viommu", "IOMMU"})
@Description("What an IOMMU has done, with the name and fields of QEMU's trace event")
@StackTrace(false)
@Enabled(false)
final class FlightEvent extends Event {
    static final String NAME = "org.viommu.Trace";

    @Label("Time")
    @Description("When it happened; the event is written a few milliseconds later")
    @Timestamp(Timestamp.MILLISECONDS_SINCE_EPOCH)
    final long time;

    @Label("Device")
    final String device;

    @Label("Event")
    final String event;

    @Label("Fields")
    final String fields;

    FlightEvent(TraceRecord record) {
        time = record.time().toEpochMilli();
        device = record.device();
        event = record.event().name();
        fields = record.event().fields();
    }
}
