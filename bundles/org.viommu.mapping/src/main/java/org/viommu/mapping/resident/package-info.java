// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * A plain table in the heap: what an IOMMU uses while it has no store, and what stores with a file or a cluster behind them answer from. It is part of the
 * contract's bundle because implementations of the contract never import one another.
 */
@Export
@Version("1.0.0")
package org.viommu.mapping.resident;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
