// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import java.util.List;
import java.util.function.DoubleConsumer;
import org.viommu.linux.internal.Narrator;

/** Tells how far a download is, at most once per quarter, so that a log of it stays short. */
final class DownloadProgress implements DoubleConsumer {
    private static final double STEP = 25;
    private static final double MEGABYTE = 1e6;

    private final Narrator narrator;
    private final String what;
    private final double megabytes;
    private final int count;
    private final long start = System.nanoTime();
    private double next = STEP;

    DownloadProgress(Narrator narrator, String what, List<Deb> debs) {
        this.narrator = narrator;
        this.what = what;
        this.megabytes = debs.stream().mapToLong(Deb::size).sum() / MEGABYTE;
        this.count = debs.size();
        narrator.say("%s: fetching %d package%s, %.1f MB", what, count, count == 1 ? "" : "s", megabytes);
    }

    @Override
    public void accept(double percent) {
        if (percent >= next && percent < 100) {
            narrator.say("%s: %.0f %% of %.1f MB after %.1f s", what, percent, megabytes, seconds());
            next = (Math.floor(percent / STEP) + 1) * STEP;
        }
    }

    /** Tells that the packages are there and unpacked. */
    void finish() {
        narrator.say("%s: fetched and unpacked in %.1f s", what, seconds());
    }

    private double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }
}
