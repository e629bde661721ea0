// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * How endpoints reach guest memory through an IOMMU.
 */
@Export
@Version("1.0.0")
package org.viommu.dma;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
