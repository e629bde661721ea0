// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * What stores with a file or a cluster behind them have in common: look-ups from memory, changes that are written by one thread in the order in which they were
 * made, and a device that goes on when that fails. Such a store says only how its {@link org.viommu.mapping.recording.Medium} keeps what it is told.
 */
@Export
@Version("1.1.0")
package org.viommu.mapping.recording;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
