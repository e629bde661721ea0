// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.guest.Liveness;

/** Takes the IOMMU's mapping store away and brings it back, while the IOMMU works. */
public interface StoreSwitch {
    /** How often the IOMMU changed its store so far. */
    long swaps();

    /** The stores that take turns and how long requests had to wait, for people. */
    String description();

    /** Takes the store away and waits until the IOMMU goes on with its resident one. */
    void takeAway(Liveness liveness) throws GuestGone, InterruptedException;

    /** Leaves the store where it was in the beginning, without waiting. */
    void restore();

    /** Brings the store back and waits until the IOMMU uses it. */
    void bringBack(Liveness liveness) throws GuestGone, InterruptedException;
}
