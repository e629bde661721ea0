// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.util.List;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * The answer to a PROBE request.
 *
 * @param status {@link RequestStatus#IOERR} also if the properties contradict the standard, which are then left out all
 *     together: half a list could hide a reserved range
 * @param reserved in the order in which the device told them; empty unless the status is {@link RequestStatus#OK}
 */
public record ProbeResult(RequestStatus status, List<ReservedRange> reserved) {
    /** Takes a copy of the list. */
    public ProbeResult {
        reserved = List.copyOf(reserved);
    }
}
