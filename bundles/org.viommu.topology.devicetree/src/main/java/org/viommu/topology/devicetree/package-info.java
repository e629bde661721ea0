// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** A topology source that reads, writes and patches flattened devicetree blobs. */
@Export
@Version("1.0.0")
package org.viommu.topology.devicetree;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
