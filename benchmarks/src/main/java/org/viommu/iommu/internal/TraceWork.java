// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.List;
import org.viommu.memory.AccessFault;
import org.viommu.virtqueue.RingFault;

/** The work whose costs {@link TraceCosts} compares: that of the benchmarks, 64 operations a run. */
final class TraceWork {
    /** What is compared. */
    static final List<Class<? extends Runnable>> ALL = List.of(Request.class, Access.class, AccessToOnePage.class);

    private TraceWork() {}

    /** Requests of MAP and UNMAP in a full domain. */
    static final class Request implements Runnable {
        private final RequestBenchmark benchmark = new RequestBenchmark();

        Request() throws RingFault, AccessFault {
            benchmark.fill(1 << 16);
        }

        @Override
        public void run() {
            try {
                benchmark.request();
            } catch (RingFault | AccessFault e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Accesses to random pages. */
    static final class Access implements Runnable {
        private final TranslationBenchmark benchmark = new TranslationBenchmark();
        private long sum;

        Access() {
            benchmark.fill();
        }

        @Override
        public void run() {
            try {
                sum += benchmark.access();
            } catch (AccessFault e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public String toString() {
            return Long.toString(sum);
        }
    }

    /** Accesses to the page of the last one. */
    static final class AccessToOnePage implements Runnable {
        private final TranslationBenchmark benchmark = new TranslationBenchmark();
        private long sum;

        AccessToOnePage() {
            benchmark.fill();
        }

        @Override
        public void run() {
            try {
                sum += benchmark.access_to_one_page();
            } catch (AccessFault e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public String toString() {
            return Long.toString(sum);
        }
    }
}
