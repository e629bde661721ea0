// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

/** How binding a requirement is. */
public enum Level {
    /** The standard says MUST. */
    MUST,
    /** The standard says SHOULD: a device may have reasons to do otherwise. */
    SHOULD,
    /** The standard says MAY, or leaves the choice: the check tells what the device has chosen. */
    MAY,
    /** The standard is silent. Viommu has chosen, for the reason in its documentation; others may differ. */
    CHOICE
}
