// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Guest memory: a table of regions that the host replaces as a whole, and the one way in which rings and devices reach
 * memory, {@link org.viommu.memory.MemoryAccess}.
 *
 * <p>Addresses are unsigned 64-bit numbers in a {@code long}; ranges are inclusive at both ends. Multi-byte values are
 * little-endian, as virtio 1.4, 1.4 lays down for everything that is shared with a driver.
 */
@Export
@Version("1.0.0")
package org.viommu.memory;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
