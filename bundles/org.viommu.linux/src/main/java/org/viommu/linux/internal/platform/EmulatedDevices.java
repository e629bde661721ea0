// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import java.nio.file.Path;
import java.util.List;
import org.viommu.linux.internal.qemu.QemuCommandLine;

/** QEMU's own devices in the places of those that Viommu serves: an IOMMU and, behind it, a disk and an entropy source. */
public final class EmulatedDevices {
    private EmulatedDevices() {}

    /** QEMU's options for them; the firmware's table that describes them is QEMU's, too. */
    public static List<String> qemuOptions(Path disk, DeviceKeys keys) {
        String packed = keys.packed() ? ",packed=on" : "";
        return List.of(
                "-device",
                "virtio-iommu-pci," + address(PciSlots.IOMMU) + packed,
                "-drive",
                "if=none,id=disk,format=raw,readonly=on,file=" + QemuCommandLine.escape(disk),
                "-device",
                "virtio-blk-pci,drive=disk," + endpoint(PciSlots.DISK) + packed,
                "-object",
                "rng-builtin,id=entropy",
                "-device",
                "virtio-rng-pci,rng=entropy," + endpoint(PciSlots.ENTROPY) + packed);
    }

    private static String endpoint(PciSlots slot) {
        return "iommu_platform=on,disable-legacy=on," + address(slot);
    }

    private static String address(PciSlots slot) {
        return "addr=" + Integer.toHexString(slot.address().device());
    }
}
