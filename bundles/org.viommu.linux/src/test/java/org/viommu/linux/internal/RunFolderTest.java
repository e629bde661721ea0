// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    private Path parent;

    @Test
    void nobody_else_can_reach_the_sockets() throws Exception {
        try (RunFolder folder = RunFolder.create(parent, false)) {
            assertThat(Files.getPosixFilePermissions(folder.path()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void nothing_stays() throws Exception {
        try (RunFolder folder = RunFolder.create(parent, false)) {
            Files.writeString(folder.file("disk.img"), "x");
        }

        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void what_is_to_be_kept_stays_even_after_the_next_run() throws Exception {
        Path kept;
        try (RunFolder folder = RunFolder.create(parent, true)) {
            kept = folder.file("disk.img");
            Files.writeString(kept, "x");
        }
        RunFolder.create(parent, false).close();

        assertThat(kept).exists();
    }

    @Test
    void a_run_that_was_killed_is_cleaned_up_after() throws Exception {
        Path abandoned = Files.createDirectory(parent.resolve("viommu-run-17"));
        Files.createFile(abandoned.resolve("lock"));
        Files.createFile(abandoned.resolve("iommu0.sock"));

        RunFolder.create(parent, false).close();

        assertThat(abandoned).doesNotExist();
    }

    @Test
    void a_folder_whose_sockets_would_have_too_long_a_name_is_refused() throws Exception {
        Path deep = Files.createDirectories(parent.resolve("x".repeat(100)));

        assertThatThrownBy(() -> RunFolder.create(deep, false))
                .isInstanceOf(CannotRun.class)
                .hasMessageContaining("java.io.tmpdir");
        assertThat(deep).isEmptyDirectory();
    }
}
