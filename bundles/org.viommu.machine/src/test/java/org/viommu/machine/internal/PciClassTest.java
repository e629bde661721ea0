// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PciClassTest {

    @Test
    void an_iommu_is_a_base_system_peripheral() {
        assertThat(PciClass.of(23)).isEqualTo(0x080600);
    }

    @Test
    void a_device_without_a_class_of_its_own_is_unassigned() {
        assertThat(PciClass.of(4)).isEqualTo(0xff0000);
    }
}
