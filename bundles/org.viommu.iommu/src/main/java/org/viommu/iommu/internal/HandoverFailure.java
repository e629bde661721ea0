// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

/** A hand-over that did not come about; nothing has changed for the guest. The message says why. */
final class HandoverFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HandoverFailure(String message) {
        super(message, null, false, false);
    }
}
