// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.prepare;

import java.nio.file.Path;
import java.util.Optional;
import org.viommu.linux.internal.qemu.Architecture;
import org.viommu.linux.internal.qemu.QemuProgram;

/**
 * What a guest is made of.
 *
 * @param architecture what its processor is
 * @param qemu the virtual machine monitor
 * @param kernel an image that QEMU boots
 * @param modules the folder of the kernel's modules, the one named like its release; empty if all drivers are built in
 * @param busybox a busybox that needs no libraries
 */
public record Kit(Architecture architecture, QemuProgram qemu, Path kernel, Optional<Path> modules, Path busybox) {}
