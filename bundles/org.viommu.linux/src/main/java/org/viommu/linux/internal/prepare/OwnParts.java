// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.prepare;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the user brings instead of Debian's packages.
 *
 * @param mirror an archive of Debian to fetch the rest from
 * @param qemu the program for the guest's architecture
 * @param kernel an image that QEMU boots
 * @param modules the modules of that kernel
 * @param busybox a busybox that needs no libraries
 */
public record OwnParts(
        Optional<String> mirror,
        Optional<Path> qemu,
        Optional<Path> kernel,
        Optional<Path> modules,
        Optional<Path> busybox) {}
