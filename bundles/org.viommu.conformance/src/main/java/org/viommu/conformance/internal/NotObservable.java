// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

/** A check cannot tell; the message says why. */
public final class NotObservable extends Exception {
    private static final long serialVersionUID = 1L;

    NotObservable(String reason) {
        super(reason);
    }
}
