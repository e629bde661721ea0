// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class EmulatedDevicesTest {
    private static List<String> options(boolean packed) {
        return EmulatedDevices.qemuOptions(Path.of("/run/a,b"), new DeviceKeys(packed, OptionalInt.empty()));
    }

    @Test
    void they_are_where_ours_are_and_translated() {
        assertThat(options(false))
                .contains(
                        "virtio-iommu-pci,addr=1",
                        "virtio-blk-pci,drive=disk,iommu_platform=on,disable-legacy=on,addr=2",
                        "virtio-rng-pci,rng=entropy,iommu_platform=on,disable-legacy=on,addr=3");
    }

    @Test
    void nobody_writes_to_the_disk() {
        assertThat(options(false)).contains("if=none,id=disk,format=raw,readonly=on,file=/run/a,,b");
    }

    @Test
    void packed_rings_are_offered_by_all_of_them() {
        assertThat(options(true).stream().filter(option -> option.startsWith("virtio")))
                .allMatch(option -> option.endsWith(",packed=on"));
    }
}
