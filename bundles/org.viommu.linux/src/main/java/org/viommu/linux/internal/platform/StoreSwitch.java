// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.guest.Liveness;

/** Takes mapping stores away from the IOMMU and brings them back, while the IOMMU works. */
public interface StoreSwitch {
    /** How often the IOMMU changed its store so far. */
    long swaps();

    /** The stores that take turns and how long requests had to wait, for people. */
    String description();

    /** Takes the store in use away, and perhaps others, and waits until the IOMMU goes on with another one. */
    void takeAway(Liveness liveness) throws GuestGone, InterruptedException;

    /** Leaves the stores as they were in the beginning, without waiting. */
    void restore();

    /** Brings them back and waits until the IOMMU uses the one that it used in the beginning. */
    void bringBack(Liveness liveness) throws GuestGone, InterruptedException;
}
