// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * The IOMMU device of virtio 1.4, 5.13: it serves the requests of the guest's driver and decides each DMA of its
 * endpoints.
 */
@Export
@Version("1.1.0")
package org.viommu.iommu;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
