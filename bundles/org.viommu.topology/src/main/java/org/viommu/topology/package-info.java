// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** The contract of a topology source: one graph of IOMMUs, the endpoints behind them and their reserved regions. */
@Export
@Version("1.0.0")
package org.viommu.topology;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
