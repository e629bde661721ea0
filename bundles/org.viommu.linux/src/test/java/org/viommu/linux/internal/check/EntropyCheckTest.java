// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.check.Outcome.Result;

@Timeout(300)
class EntropyCheckTest {
    @TempDir
    private Path folder;

    private final AtomicInteger calls = new AtomicInteger();

    /** Bytes that count up, from another one on at every call. */
    private String counting() {
        byte[] bytes = new byte[64];
        int start = calls.getAndIncrement();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (start + i);
        }
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void many_values_that_differ_each_time_pass() throws Exception {
        try (CheckBench bench = new CheckBench(folder, request -> "ok source=virtio_rng.0 hex=" + counting())) {
            assertThat(new EntropyCheck(bench.guest()).run())
                    .isEqualTo(new Outcome(Result.PASS, "64 bytes from virtio_rng.0, 64 different values"));
        }
    }

    @Test
    void the_same_bytes_twice_fail() throws Exception {
        String once = counting();
        try (CheckBench bench = new CheckBench(folder, request -> "ok source=virtio_rng.0 hex=" + once)) {
            assertThat(new EntropyCheck(bench.guest()).run().result()).isEqualTo(Result.FAIL);
        }
    }

    @Test
    void few_values_fail() throws Exception {
        try (CheckBench bench = new CheckBench(
                folder,
                request -> "ok source=virtio_rng.0 hex="
                        + "%02x".formatted(calls.incrementAndGet()).repeat(64))) {
            assertThat(new EntropyCheck(bench.guest()).run().result()).isEqualTo(Result.FAIL);
        }
    }

    @Test
    void another_source_than_ours_fails() throws Exception {
        try (CheckBench bench = new CheckBench(folder, request -> "ok source=tpm-rng-0 hex=" + counting())) {
            assertThat(new EntropyCheck(bench.guest()).run().result()).isEqualTo(Result.FAIL);
        }
    }
}
