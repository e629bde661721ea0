// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Tells whether a virtio-iommu does what the standard asks (virtio 1.4, 5.13): named checks, one for each requirement
 * that can be observed from outside, and seeded random requests whose answers are compared with a plain oracle. The
 * device is whatever is behind a {@link org.viommu.conformance.DevicePort}.
 */
@Export
@Version("1.0.0")
package org.viommu.conformance;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
