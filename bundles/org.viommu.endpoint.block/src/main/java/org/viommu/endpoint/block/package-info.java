// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** A virtio block device over a file, and the wire format of its requests (virtio 1.4, 5.2). */
@Export
@Version("1.0.0")
package org.viommu.endpoint.block;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
