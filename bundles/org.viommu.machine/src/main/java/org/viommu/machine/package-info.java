// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Virtual machines as the platform sees them: which PCI functions each has, and what keeps a function from being offered.
 *
 * <p>A machine is an instance of the factory configuration {@code org.viommu.machine}. It puts a virtio-PCI function in front of each device of its name and
 * registers it as a service, where a host for the VMM's protocol finds it.
 */
@Export
@Version("1.0.0")
package org.viommu.machine;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
