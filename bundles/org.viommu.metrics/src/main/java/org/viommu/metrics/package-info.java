// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** Counters and gauges of what runs, for those who watch it from outside. */
@Export
@Version("1.0.0")
package org.viommu.metrics;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
