// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * The contract of mapping stores: where an IOMMU keeps the mappings of its domains.
 */
@Export
@Version("1.3.0")
package org.viommu.mapping;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
