// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** The command {@code viommu topology}: explains the tables that tell a guest which IOMMU translates for which device. */
@Export
@Version("1.0.0")
package org.viommu.explain;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
