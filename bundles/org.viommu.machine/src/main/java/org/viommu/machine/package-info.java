// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** One virtual machine's devices, assembled from its configuration. */
@Export
@Version("1.0.0")
package org.viommu.machine;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
