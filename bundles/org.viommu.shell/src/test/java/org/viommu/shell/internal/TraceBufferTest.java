// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.viommu.iommu.trace.TraceEvent;
import org.viommu.iommu.trace.TraceRecord;

class TraceBufferTest {
    private final TraceBuffer buffer = new TraceBuffer();

    @Test
    void the_last_events_are_kept_and_all_are_counted() {
        for (int i = 0; i < TraceBuffer.CAPACITY + 5; i++) {
            buffer.traced(record(i));
        }
        buffer.dropped("vm/iommu0", 3);
        assertThat(buffer.last(2)).containsExactly(record(TraceBuffer.CAPACITY + 3), record(TraceBuffer.CAPACITY + 4));
        assertThat(buffer.last(TraceBuffer.CAPACITY))
                .hasSize(TraceBuffer.CAPACITY)
                .startsWith(record(5));
        assertThat(buffer.heard()).isEqualTo(TraceBuffer.CAPACITY + 5);
        assertThat(buffer.dropped()).isEqualTo(3);
    }

    private static TraceRecord record(int domain) {
        return new TraceRecord("vm/iommu0", Instant.EPOCH, new TraceEvent.GetDomain(domain));
    }
}
