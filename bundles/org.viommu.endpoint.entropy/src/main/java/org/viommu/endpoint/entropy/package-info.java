// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** A virtio entropy device (virtio 1.4, 5.4), whose every DMA goes through its port. */
@Export
@Version("1.0.0")
package org.viommu.endpoint.entropy;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
