// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** What authors of virtio devices test them with: a device and its driver on real rings, without threads and without a transport. */
@Export
@Version("1.0.0")
package org.viommu.testkit.device;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
