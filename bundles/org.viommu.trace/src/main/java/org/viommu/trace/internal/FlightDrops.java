// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.trace.internal;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Trace events that a flight recording has not got, because they came too fast. */
@Name("org.viommu.TraceDropped")
@Label("IOMMU Trace Events Dropped")
@Category({"Viommu", "IOMMU"})
@StackTrace(false)
final class FlightDrops extends Event {
    @Label("Device")
    final String device;

    @Label("Count")
    final long count;

    FlightDrops(String device, long count) {
        this.device = device;
        this.count = count;
    }
}
