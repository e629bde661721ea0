// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** A demonstration: a guest in the same process drives the IOMMU at full speed while its store is exchanged. */
@Export
@Version("1.0.0")
package org.viommu.demo;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
