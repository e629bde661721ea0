// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * The wire formats of the IOMMU device (virtio 1.4, 5.13), which a device and a driver share: identity, features,
 * configuration space, requests and fault reports. Offsets are in bytes; multi-byte fields are little-endian.
 */
@Export
@Version("1.0.0")
package org.viommu.virtio.iommu;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
