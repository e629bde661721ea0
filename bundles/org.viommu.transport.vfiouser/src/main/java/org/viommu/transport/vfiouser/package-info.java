// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** A vfio-user server: it hosts PCI functions on UNIX sockets for a virtual machine monitor. */
@Export
@Version("1.0.0")
package org.viommu.transport.vfiouser;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
