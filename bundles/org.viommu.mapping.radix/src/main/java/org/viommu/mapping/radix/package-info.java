// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** A mapping store that keeps its mappings in a radix tree. */
@Export
@Version("1.0.0")
package org.viommu.mapping.radix;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
