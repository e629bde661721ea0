// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** Gogo commands that look into a running IOMMU. */
@Export
@Version("1.0.0")
package org.viommu.shell;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
