// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileDiskTest {
    @TempDir
    Path folder;

    private Path file(int size) throws IOException {
        return Files.write(Files.createTempFile(folder, "disk", null), new byte[size]);
    }

    @Test
    void capacity_is_the_files_size_in_sectors() throws IOException {
        try (FileDisk disk = FileDisk.open(file(5 * 512), false)) {
            assertThat(disk.sectors()).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 513})
    void size_that_is_no_positive_number_of_sectors_is_refused(int size) throws IOException {
        Path file = file(size);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FileDisk.open(file, true))
                .withMessage(file + " has " + size + " bytes; it must be a positive multiple of 512");
    }

    @Test
    void absent_file_is_not_created() {
        Path absent = folder.resolve("absent");
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> FileDisk.open(absent, false));
        assertThat(absent).doesNotExist();
    }

    @Test
    void file_that_is_written_elsewhere_is_refused_until_it_is_closed() throws IOException {
        Path file = file(512);
        try (FileDisk disk = FileDisk.open(file, false)) {
            assertThat(disk.readOnly()).isFalse();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> FileDisk.open(file, false))
                    .withMessage(file + " is in use: another endpoint or process may write it");
        }
        FileDisk.open(file, false).close();
    }

    @Test
    void file_can_be_read_by_many() throws IOException {
        Path file = file(512);
        try (FileDisk one = FileDisk.open(file, true);
                FileDisk other = FileDisk.open(file, true)) {
            assertThat(one.sectors()).isEqualTo(other.sectors());
        }
    }

    @Test
    void range_is_held_if_it_is_of_whole_sectors_up_to_the_last() throws IOException {
        try (FileDisk disk = FileDisk.open(file(4 * 512), true)) {
            assertThat(disk.holds(0, 4 * 512)).isTrue();
            assertThat(disk.holds(4, 0)).isTrue();
            assertThat(disk.holds(1, 4 * 512)).isFalse();
            assertThat(disk.holds(5, 0)).isFalse();
            assertThat(disk.holds(0, 511)).isFalse();
            assertThat(disk.holds(-1, 512)).isFalse();
            assertThat(disk.holds(0, 1L << 32)).isFalse();
        }
    }
}
