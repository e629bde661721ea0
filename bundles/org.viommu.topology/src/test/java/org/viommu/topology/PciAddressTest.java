// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PciAddressTest {

    @Test
    void bdf_is_bus_device_function_from_high_to_low() {
        assertThat(new PciAddress(0, 0x12, 0x1f, 7).bdf()).isEqualTo(0x12ff);
        assertThat(PciAddress.of(3, 0x0010)).isEqualTo(new PciAddress(3, 0, 2, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000:00:02.0", "ffff:ff:1f.7", "0001:a0:10.3"})
    void text_is_read_as_it_is_written(String text) {
        assertThat(PciAddress.parse(text)).hasToString(text);
    }

    @Test
    void segment_may_be_left_out() {
        assertThat(PciAddress.parse("0A:1e.3")).isEqualTo(new PciAddress(0, 0x0a, 0x1e, 3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00:02",
                "0:02.0",
                "00:2.0",
                "00:20.0",
                "00:02.8",
                "00000:00:02.0",
                " 00:02.0",
                "00:02.0\n",
                "0g:02.0"
            })
    void error_names_the_text(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PciAddress.parse(text))
                .withMessageContaining("'" + text + "' is no PCI address");
    }

    @Test
    void part_out_of_range_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PciAddress(0x10000, 0, 0, 0))
                .withMessageContaining("segment 65536");
        assertThatIllegalArgumentException().isThrownBy(() -> new PciAddress(0, -1, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new PciAddress(0, 0, 32, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new PciAddress(0, 0, 0, 8));
        assertThatIllegalArgumentException().isThrownBy(() -> PciAddress.of(0, 0x10000));
    }

    @Test
    void order_is_by_segment_then_bdf() {
        assertThat(PciAddress.parse("ffff:00:00.0")).isGreaterThan(PciAddress.parse("0000:ff:1f.7"));
        assertThat(PciAddress.parse("0000:01:00.0")).isGreaterThan(PciAddress.parse("0000:00:1f.7"));
    }
}
