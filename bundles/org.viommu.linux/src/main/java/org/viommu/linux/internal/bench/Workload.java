// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import java.util.Locale;

/** What the guest does, over and over, while it is timed. */
enum Workload {
    /** Maps one page for an endpoint that belongs to VFIO, and unmaps it again; each is a request of its own. */
    MAP("map and unmap 4 KiB"),

    /** Reads one page from the disk, past the guest's cache. */
    READ("read 4 KiB from the disk");

    private final String description;

    Workload(String description) {
        this.description = description;
    }

    /** What the guest's program calls it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it is, for people. */
    String description() {
        return description;
    }
}
