// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * The rings through which a driver and a device hand buffers to each other (virtio 1.4, 2.6 to 2.8), seen from both
 * sides.
 */
@Export
@Version("2.0.0")
package org.viommu.virtqueue;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
