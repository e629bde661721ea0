// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

/** The guest does not answer any more and will not; the message says why. */
public final class GuestGone extends Exception {
    private static final long serialVersionUID = 1;

    public GuestGone(String message) {
        super(message);
    }
}
