// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** What has happened to one device, in order, on its way to the medium. Filled by one thread, then written by another. */
final class Changes {
    /** A change that is rare enough to be an object of its own. */
    interface Change {
        void write(Medium.Device device) throws IOException;
    }

    private static final int WORDS = 5;

    /** In place of a mapping's flags, whose upper half is zero. */
    private static final long UNMAP = 1L << 32;

    private static final long OTHER = 1L << 33;

    private final DeviceLog log;
    private final List<Change> others = new ArrayList<>();
    private final CountDownLatch written = new CountDownLatch(1);
    private long[] words = new long[16 * WORDS];
    private int count;

    Changes(DeviceLog log) {
        this.log = log;
    }

    DeviceLog log() {
        return log;
    }

    int count() {
        return count;
    }

    void mapped(long table, long start, long end, long physical, int flags) {
        add(table, start, end, physical, Integer.toUnsignedLong(flags));
    }

    void unmapped(long table, long start, long end) {
        add(table, start, end, 0, UNMAP);
    }

    void add(Change other) {
        add(others.size(), 0, 0, 0, OTHER);
        others.add(other);
    }

    private void add(long table, long start, long end, long physical, long kind) {
        int at = count * WORDS;
        if (at == words.length) {
            words = Arrays.copyOf(words, 2 * at);
        }
        words[at] = table;
        words[at + 1] = start;
        words[at + 2] = end;
        words[at + 3] = physical;
        words[at + 4] = kind;
        count++;
    }

    void write(Medium.Device device) throws IOException {
        for (int at = 0; at < count * WORDS; at += WORDS) {
            long kind = words[at + 4];
            if (kind == OTHER) {
                others.get((int) words[at]).write(device);
            } else if (kind == UNMAP) {
                device.unmapped(words[at], words[at + 1], words[at + 2]);
            } else {
                device.mapped(words[at], words[at + 1], words[at + 2], words[at + 3], (int) kind);
            }
        }
    }

    /** They are lasting, or nobody is to wait for that. */
    void done() {
        written.countDown();
    }

    /** Returns when they are {@linkplain #done}. An interrupt does not make that shorter, because a guest must not be answered earlier. */
    void await() {
        boolean interrupted = false;
        while (true) {
            try {
                written.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
