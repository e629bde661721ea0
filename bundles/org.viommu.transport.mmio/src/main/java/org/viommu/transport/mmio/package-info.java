// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Virtio over MMIO (virtio 1.4, 4.2), version 2: devices behind a window of memory-mapped registers, independent of who
 * hosts it, and drivers of such devices.
 */
@Export
@Version("1.0.0")
package org.viommu.transport.mmio;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
