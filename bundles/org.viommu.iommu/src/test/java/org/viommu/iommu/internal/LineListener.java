// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.viommu.iommu.trace.TraceListener;
import org.viommu.iommu.trace.TraceRecord;

/** Keeps what it hears. */
final class LineListener implements TraceListener {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public void traced(TraceRecord record) {
        lines.add(record.event().line());
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
