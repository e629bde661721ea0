// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

/** What knows where in memory something lies, for as long as the view of memory stays. */
@FunctionalInterface
interface Located {

    /** Finds out anew, in the present view. */
    void locate();
}
