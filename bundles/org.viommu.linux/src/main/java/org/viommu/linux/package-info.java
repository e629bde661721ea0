// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** Prepares and runs a stock Linux guest behind the IOMMU. */
@Export
@Version("1.0.0")
package org.viommu.linux;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
