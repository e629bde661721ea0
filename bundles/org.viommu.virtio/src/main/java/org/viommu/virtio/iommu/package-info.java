// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** The wire formats of the IOMMU device of virtio 1.4, 5.13, as a driver and a device exchange them. */
@Export
@Version("1.0.0")
package org.viommu.virtio.iommu;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
