// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import org.viommu.virtio.iommu.FaultFlags;
import org.viommu.virtio.iommu.FaultReason;

/**
 * An access that the IOMMU refused (virtio 1.4, 5.13.6.9).
 *
 * @param reason why
 * @param flags bits of {@link FaultFlags}; those that the standard does not define are clear
 * @param endpoint ID of the endpoint that made the access
 * @param address the refused I/O virtual address, unsigned; means nothing without {@link FaultFlags#ADDRESS}
 */
public record FaultReport(FaultReason reason, int flags, int endpoint, long address) {}
