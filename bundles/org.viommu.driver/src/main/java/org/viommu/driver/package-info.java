// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** The guest's side of a virtio device: a driver for guests that live in the same process as the device. */
@Export
@Version("1.0.0")
package org.viommu.driver;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
