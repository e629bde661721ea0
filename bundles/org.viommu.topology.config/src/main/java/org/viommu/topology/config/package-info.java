// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** A topology source for machines without a table to read: an operator writes the topology down. */
@Export
@Version("1.0.0")
package org.viommu.topology.config;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
