// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.util.Arrays;

/** Requests or addresses that grow into an array. */
final class Records {
    private static final int READ_WRITE = 3;

    private long[] words = new long[1 << 12];
    private int length;

    void map(long start, long end, long physical) {
        request((long) READ_WRITE << TraceFile.FLAGS_SHIFT, start, end, physical);
    }

    void unmap(long start, long end) {
        request(TraceFile.UNMAP, start, end, 0);
    }

    void address(long address) {
        room(1);
        words[length++] = address;
    }

    void addTo(TraceFile.Writer trace, TraceFile.Kind kind, String name) {
        trace.add(kind, name, words, length);
    }

    private void request(long head, long start, long end, long physical) {
        room(TraceFile.Kind.REQUESTS.words);
        words[length++] = head;
        words[length++] = start;
        words[length++] = end;
        words[length++] = physical;
    }

    private void room(int more) {
        if (length + more > words.length) {
            words = Arrays.copyOf(words, 2 * words.length);
        }
    }
}
