// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.qemu;

import java.nio.file.Path;
import java.util.List;

/**
 * What a guest runs on.
 *
 * @param architecture what its processor is
 * @param memory its size as QEMU writes it, such as {@code 512M}
 * @param kernel an image that QEMU boots
 * @param initramfs its first file system
 * @param kernelArguments words for the kernel's command line
 * @param devices QEMU's options for what is on the PCI bus and in the firmware's tables
 */
public record GuestHardware(
        Architecture architecture,
        String memory,
        Path kernel,
        Path initramfs,
        List<String> kernelArguments,
        List<String> devices) {
    public GuestHardware {
        kernelArguments = List.copyOf(kernelArguments);
        devices = List.copyOf(devices);
    }
}
