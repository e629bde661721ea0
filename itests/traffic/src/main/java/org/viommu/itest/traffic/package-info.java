// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** A guest that works through an IOMMU without pause and checks what it reads; for tests in any framework. */
@Export
@Version("1.0.0")
package org.viommu.itest.traffic;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
