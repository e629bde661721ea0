// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** A topology source that reads and writes the ACPI Virtual I/O Translation table (VIOT). */
@Export
@Version("1.0.0")
package org.viommu.topology.acpi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
