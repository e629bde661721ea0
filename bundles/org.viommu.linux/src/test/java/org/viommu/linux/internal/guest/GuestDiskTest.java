// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.linux.internal.CannotRun;

class GuestDiskTest {
    @TempDir
    private Path folder;

    private Path file(long size) throws IOException {
        Path path = folder.resolve("disk");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(size);
        }
        return path;
    }

    @ParameterizedTest
    @ValueSource(longs = {8, 9, 15, 16, 63, 100, 600, 1024, 1_000_000})
    void regions_lie_on_the_disk_and_what_is_written_lies_apart(long blocks) {
        GuestDisk disk = GuestDisk.of(folder, blocks, false);

        for (Region region : new Region[] {disk.read(), disk.write(), disk.churnRead(), disk.churnWrite()}) {
            assertThat(region.count()).isPositive();
            assertThat(region.first() + region.count()).isLessThanOrEqualTo(blocks);
        }
        assertThat(disk.churnRead().first() + disk.churnRead().count())
                .isLessThanOrEqualTo(disk.read().first() + disk.read().count());
        assertThat(disk.read().first() + disk.read().count())
                .isLessThanOrEqualTo(disk.write().first());
        assertThat(disk.write().first() + disk.write().count())
                .isLessThanOrEqualTo(disk.churnWrite().first());
    }

    @Test
    void a_disk_of_the_user_is_read_only_unless_told() throws Exception {
        GuestDisk disk = GuestDisk.existing(file(1 << 20), false);

        assertThat(disk.readOnly()).isTrue();
        assertThat(disk.churnWrite().count()).isZero();
        assertThat(GuestDisk.existing(file(1 << 20), true).readOnly()).isFalse();
    }

    @Test
    void a_disk_that_is_too_small_or_ends_within_a_sector_is_refused() {
        for (long size : new long[] {0, 8 * 65536 - 512, (1 << 20) + 1}) {
            assertThatThrownBy(() -> GuestDisk.existing(file(size), false))
                    .isInstanceOf(CannotRun.class)
                    .hasMessageContaining(" " + size + " bytes");
        }
    }

    @Test
    void a_created_disk_is_the_same_every_time() throws Exception {
        GuestDisk one = GuestDisk.create(folder.resolve("one"));
        GuestDisk two = GuestDisk.create(folder.resolve("two"));

        assertThat(Files.mismatch(one.path(), two.path())).isEqualTo(-1);
        assertThat(Files.size(one.path())).isEqualTo(64 << 20);
        assertThat(one.readOnly()).isFalse();
    }

    @Test
    void the_digest_is_that_of_the_region_alone() throws Exception {
        GuestDisk disk = GuestDisk.create(folder.resolve("disk"));
        byte[] all = Files.readAllBytes(disk.path());
        Region region = new Region(3, 2);

        byte[] part = Arrays.copyOfRange(all, 3 * Region.BLOCK, 5 * Region.BLOCK);
        assertThat(disk.digest(region))
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(part)));
    }

    @Test
    void sizes_are_said_in_the_largest_whole_unit() {
        assertThat(new Region(0, 256).size()).isEqualTo("16 MiB");
        assertThat(new Region(0, 3).size()).isEqualTo("192 KiB");
    }
}
