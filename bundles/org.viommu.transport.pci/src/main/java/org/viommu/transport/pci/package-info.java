// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Virtio over PCI (virtio 1.4, 4.1): devices as PCI functions with their configuration space, BARs and interrupts,
 * independent of who hosts them, and drivers of such functions.
 */
@Export
@Version("1.0.0")
package org.viommu.transport.pci;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
