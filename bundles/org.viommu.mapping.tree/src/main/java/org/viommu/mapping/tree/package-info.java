// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** A mapping store that keeps its mappings in a compact ordered tree. */
@Export
@Version("1.0.0")
package org.viommu.mapping.tree;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
