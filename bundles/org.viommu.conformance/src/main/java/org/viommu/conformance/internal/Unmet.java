// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

/** A device does not do what a check asks; the message says what it does instead. */
public final class Unmet extends Exception {
    private static final long serialVersionUID = 1L;

    Unmet(String seen) {
        super(seen);
    }
}
