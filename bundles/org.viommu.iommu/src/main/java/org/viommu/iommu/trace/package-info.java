// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * What an IOMMU device does, event by event, with the names and fields of the trace events of QEMU's virtio-iommu, so
 * that the two can be compared line by line. Whoever registers a {@link org.viommu.iommu.trace.TraceListener} hears of
 * it; while nobody does, nothing is recorded.
 */
@Export
@Version("1.0.0")
package org.viommu.iommu.trace;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
