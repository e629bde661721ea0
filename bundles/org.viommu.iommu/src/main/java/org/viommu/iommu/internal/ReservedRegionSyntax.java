// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.List;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;

/**
 * Reserved regions in the notation of QEMU's property {@code reserved-regions}, such as {@code
 * 0xfee00000:0xfeefffff:1}.
 */
final class ReservedRegionSyntax {
    private ReservedRegionSyntax() {}

    /**
     * Checks that a region can stand beside others for the same endpoint (virtio 1.4, 5.13.6.8.1).
     *
     * @throws IllegalArgumentException if it overlaps one of them or is a second MSI window
     */
    static void checkBeside(ReservedRegion region, List<ReservedRegion> others) {
        for (ReservedRegion other : others) {
            if (Unsigned.overlap(region.start(), region.end(), other.start(), other.end())) {
                throw new IllegalArgumentException("overlaps " + other);
            }
            if (region.kind() == Kind.MSI && other.kind() == Kind.MSI) {
                throw new IllegalArgumentException("only one region may have type 1, and " + other + " has it");
            }
        }
    }
}
