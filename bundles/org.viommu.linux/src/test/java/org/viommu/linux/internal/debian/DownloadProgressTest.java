// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.viommu.linux.internal.Narrator;

class DownloadProgressTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final DownloadProgress progress = new DownloadProgress(
            new Narrator(new PrintStream(out, true)),
            "QEMU",
            List.of(new Deb("a", "1", "a_1_all.deb", 1_500_000), new Deb("b", "1", "b_1_all.deb", 500_000)));

    @Test
    void the_size_is_told_first() {
        assertThat(out.toString().lines()).containsExactly("viommu: QEMU: fetching 2 packages, 2.0 MB");
    }

    @Test
    void a_quarter_is_told_once() {
        for (double percent : new double[] {1, 24.9, 25, 26, 49, 51, 99, 100}) {
            progress.accept(percent);
        }

        assertThat(out.toString().lines().skip(1))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("viommu: QEMU: 25 % of 2.0 MB after "),
                        line -> assertThat(line).startsWith("viommu: QEMU: 51 % of 2.0 MB after "),
                        line -> assertThat(line).startsWith("viommu: QEMU: 99 % of 2.0 MB after "));
    }
}
