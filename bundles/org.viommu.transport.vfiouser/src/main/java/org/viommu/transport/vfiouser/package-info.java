// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * A vfio-user server: it hosts PCI functions on UNIX sockets for a virtual machine monitor, for example QEMU from 10.1
 * on with {@code -device '{"driver":"vfio-user-pci","socket":{"type":"unix","path":"..."}}'}.
 *
 * <p>There is nothing to call here. Every {@link org.viommu.transport.pci.PciFunction} service with the property
 * {@link org.viommu.transport.pci.PciFunction#VFIO_USER_SOCKET} is offered on a socket at that path as long as it is
 * registered, to one VMM after the other. The socket file belongs to the user that runs this process alone; the folder
 * must exist. When a VMM goes, the function is reset and loses its memory and its interrupts.
 *
 * <p>The VMM must share its memory ({@code memory-backend-memfd,share=on}): what it gives without a file descriptor is
 * known, but cannot be reached. It is trusted not to truncate the files that it shares.
 *
 * <p>The operating system is called through {@code java.lang.foreign}: Linux, and a virtual machine that is started
 * with {@code --enable-native-access=ALL-UNNAMED}.
 */
@Export
@Version("1.0.0")
package org.viommu.transport.vfiouser;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
