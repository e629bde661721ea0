// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.viommu.linux.internal.Narrator;

class RatesTest {
    private final Rates rates = new Rates();

    @Test
    void the_middle_counts_of_rates_and_of_ratios_each() {
        rates.add(Workload.MAP, 100, 50);
        rates.add(Workload.MAP, 300, 100);
        rates.add(Workload.MAP, 200, 400);

        assertThat(rates.own(Workload.MAP)).isEqualTo(200);
        assertThat(rates.peer(Workload.MAP)).isEqualTo(100);
        assertThat(rates.ratio(Workload.MAP)).isEqualTo(2);
    }

    @Test
    void between_two_in_the_middle_it_is_their_mean() {
        rates.add(Workload.READ, 100, 100);
        rates.add(Workload.READ, 300, 100);

        assertThat(rates.own(Workload.READ)).isEqualTo(200);
        assertThat(rates.ratio(Workload.READ)).isEqualTo(2);
    }

    @Test
    void a_table_has_a_line_for_each_workload() {
        rates.add(Workload.MAP, 58_000, 53_000);
        rates.add(Workload.READ, 4_000, 5_000);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        rates.tell(new Narrator(new PrintStream(bytes, true, StandardCharsets.UTF_8)), "Viommu", "QEMU");

        assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "viommu: per second, median               Viommu         QEMU    ratio",
                        "viommu: map and unmap 4 KiB              58,000       53,000     1.09",
                        "viommu: read 4 KiB from the disk          4,000        5,000     0.80");
    }
}
