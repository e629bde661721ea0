// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Narrator;
import org.viommu.linux.internal.debian.Deb;

class CacheTest {
    private static final Path HOME = Path.of("/home/somebody");

    private final Narrator silent = new Narrator(new PrintStream(OutputStream.nullOutputStream()));

    @TempDir
    private Path folder;

    private Cache open() throws CannotRun {
        return Cache.open(Map.of("VIOMMU_CACHE", folder.resolve("cache").toString()), silent);
    }

    @Test
    void our_own_variable_comes_first() {
        assertThat(Cache.locate(Map.of("VIOMMU_CACHE", "/a", "XDG_CACHE_HOME", "/b"), HOME))
                .isEqualTo(Path.of("/a"));
    }

    @Test
    void the_user_s_cache_folder_comes_second() {
        assertThat(Cache.locate(Map.of("XDG_CACHE_HOME", "/b"), HOME)).isEqualTo(Path.of("/b/viommu"));
        assertThat(Cache.locate(Map.of("XDG_CACHE_HOME", "relative"), HOME))
                .isEqualTo(Path.of("/home/somebody/.cache/viommu"));
    }

    @Test
    void without_variables_it_is_below_the_home_folder() {
        assertThat(Cache.locate(Map.of(), HOME)).isEqualTo(Path.of("/home/somebody/.cache/viommu"));
    }

    @Test
    void a_part_that_was_not_finished_is_not_there() throws Exception {
        try (Cache cache = open()) {
            Files.writeString(cache.begin("qemu").resolve("half"), "x");
        }
        try (Cache cache = open()) {
            assertThat(cache.has("qemu")).isFalse();
            assertThat(cache.begin("qemu")).isEmptyDirectory();
        }
    }

    @Test
    void a_finished_part_says_what_it_was_made_of() throws Exception {
        try (Cache cache = open()) {
            Files.writeString(cache.begin("qemu").resolve("program"), "x");
            cache.finish("qemu", List.of(new Deb("zlib", "1.3", "z.deb", 1), new Deb("qemu", "1:11", "q.deb", 1)));

            assertThat(cache.has("qemu")).isTrue();
            assertThat(cache.part("qemu").resolve("program")).exists();
            assertThat(cache.part("qemu").resolve(Cache.MANIFEST)).hasContent("qemu 1:11\nzlib 1.3");
        }
    }

    @Test
    void a_folder_that_cannot_be_is_said_in_one_sentence() throws Exception {
        Files.writeString(folder.resolve("cache"), "a file");

        assertThatThrownBy(this::open)
                .isInstanceOf(CannotRun.class)
                .hasMessageContaining(folder.resolve("cache").toString())
                .hasMessageContaining("VIOMMU_CACHE");
    }
}
