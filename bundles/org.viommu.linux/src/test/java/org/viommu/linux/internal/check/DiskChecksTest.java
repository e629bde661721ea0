// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.check.Outcome.Result;
import org.viommu.linux.internal.guest.GuestDisk;
import org.viommu.linux.internal.guest.Region;

@Timeout(300)
class DiskChecksTest {
    @TempDir
    private Path folder;

    private static String digest(GuestDisk disk, Region region) {
        try {
            return disk.digest(region);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void equal_checksums_pass_and_are_shown() throws Exception {
        GuestDisk disk = GuestDisk.create(folder.resolve("disk"));
        String digest = digest(disk, disk.read());
        try (CheckBench bench = new CheckBench(folder, request -> "ok sha256=" + digest)) {
            Outcome outcome = new ReadCheck(bench.guest(), disk).run();

            assertThat(bench.requests()).containsExactly("read 0 256");
            assertThat(outcome.result()).isEqualTo(Result.PASS);
            assertThat(outcome.detail()).contains("16 MiB", digest);
        }
    }

    @Test
    void different_checksums_fail_and_both_are_shown() throws Exception {
        GuestDisk disk = GuestDisk.create(folder.resolve("disk"));
        try (CheckBench bench = new CheckBench(folder, request -> "ok sha256=feed")) {
            Outcome outcome = new WriteCheck(bench.guest(), disk).run();

            assertThat(bench.requests()).containsExactly("write 256 64");
            assertThat(outcome.result()).isEqualTo(Result.FAIL);
            assertThat(outcome.detail()).contains("feed", digest(disk, disk.write()));
        }
    }

    @Test
    void an_error_of_the_guest_fails_as_it_is() throws Exception {
        GuestDisk disk = GuestDisk.create(folder.resolve("disk"));
        try (CheckBench bench = new CheckBench(folder, request -> "error dd: /dev/vda: I/O error")) {
            assertThat(new ReadCheck(bench.guest(), disk).run())
                    .isEqualTo(new Outcome(Result.FAIL, "error dd: /dev/vda: I/O error"));
        }
    }

    @Test
    void nothing_is_written_to_a_read_only_disk() throws Exception {
        GuestDisk created = GuestDisk.create(folder.resolve("disk"));
        GuestDisk disk = GuestDisk.existing(created.path(), false);
        try (CheckBench bench = new CheckBench(folder, request -> "ok")) {
            assertThat(new WriteCheck(bench.guest(), disk).run().result()).isEqualTo(Result.SKIP);
            assertThat(bench.requests()).isEmpty();
        }
    }
}
