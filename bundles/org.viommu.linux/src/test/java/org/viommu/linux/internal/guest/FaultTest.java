// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class FaultTest {
    @Test
    void a_page_fault_has_endpoint_and_address() {
        assertThat(Fault.parse("[    7.123456] virtio_iommu virtio0: page fault from EP 24 at 0xdead00000000 [W]"))
                .contains(new Fault(
                        "page",
                        24,
                        Optional.of(0xdead_0000_0000L),
                        "virtio_iommu virtio0: page fault from EP 24 at 0xdead00000000 [W]"));
    }

    @Test
    void addresses_and_endpoints_are_unsigned() {
        Fault fault = Fault.parse("virtio_iommu virtio0: domain fault from EP 4294967295 at 0xffffffffffffffff [R]")
                .orElseThrow();

        assertThat(fault.reason()).isEqualTo("domain");
        assertThat(fault.endpoint()).isEqualTo(-1);
        assertThat(fault.address()).contains(-1L);
    }

    @Test
    void a_fault_may_come_without_an_address() {
        assertThat(Fault.parse("virtio_iommu virtio0: unknown fault from EP 16 []")
                        .orElseThrow()
                        .address())
                .isEmpty();
    }

    @Test
    void other_lines_of_the_driver_are_no_faults() {
        assertThat(Fault.parse("[    4.659482] virtio_iommu virtio0: input address: 39 bits"))
                .isEmpty();
        assertThat(Fault.parse("viommu-guest: page fault from EP 24 at 0x0 [W]"))
                .isEmpty();
    }
}
