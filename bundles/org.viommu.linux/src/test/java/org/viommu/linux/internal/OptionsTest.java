// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.qemu.Architecture;

class OptionsTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();

    private Optional<Options> parse(String... arguments) throws CannotRun {
        return Options.parse(List.of(arguments), new PrintWriter(out, true));
    }

    private void assertRefused(String message, String... arguments) {
        assertThatThrownBy(() -> parse(arguments))
                .isInstanceOfSatisfying(
                        CannotRun.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.USAGE))
                .hasMessageContaining(message);
    }

    @Test
    void without_arguments_everything_is_Debian_s() throws Exception {
        Options options = parse().orElseThrow();

        assertThat(options.ownParts().qemu()).isEmpty();
        assertThat(options.ownParts().kernel()).isEmpty();
        assertThat(options.disk()).isEmpty();
        assertThat(options.memory()).isEqualTo("512M");
        assertThat(options.timeout()).isEqualTo(Duration.ofMinutes(15));
        assertThat(options.packed()).isFalse();
        assertThat(options.architecture()).isEqualTo(Architecture.X86_64);
        assertThat(options.interactive()).isFalse();
        assertThat(options.keep()).isFalse();
    }

    @Test
    void the_architecture_is_one_of_two() throws Exception {
        assertThat(parse("--arch", "aarch64").orElseThrow().architecture()).isEqualTo(Architecture.AARCH64);
        assertRefused("--arch: 'riscv64' is neither x86_64 nor aarch64", "--arch", "riscv64");
    }

    @Test
    void the_user_s_own_files_are_taken_with_absolute_paths() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        Path relative = Path.of("").toAbsolutePath().relativize(file);

        Options options = parse(
                        "--kernel",
                        relative.toString(),
                        "--modules",
                        folder.toString(),
                        "--qemu",
                        file.toString(),
                        "--busybox",
                        file.toString(),
                        "--disk",
                        file.toString(),
                        "--writable",
                        "--append",
                        "iommu.strict=1 loglevel=7",
                        "--memory",
                        "2G",
                        "--timeout",
                        "5")
                .orElseThrow();

        assertThat(options.ownParts().kernel().orElseThrow().normalize()).isEqualTo(file);
        assertThat(options.ownParts().kernel().orElseThrow()).isAbsolute();
        assertThat(options.ownParts().modules()).contains(folder);
        assertThat(options.disk()).contains(file);
        assertThat(options.writable()).isTrue();
        assertThat(options.append()).contains("iommu.strict=1 loglevel=7");
        assertThat(options.memory()).isEqualTo("2G");
        assertThat(options.timeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void help_is_printed_instead_of_a_run() throws Exception {
        assertThat(parse("--help")).isEmpty();
        assertThat(out.toString()).contains("Usage: viommu linux", "--mirror URL", "Exit status:");
    }

    @Test
    void what_is_wrong_is_named() {
        assertRefused("--bogus", "--bogus");
        assertRefused("'surplus'", "surplus");
        assertRefused("--memory: '512'", "--memory", "512");
        assertRefused("--memory: '0M'", "--memory", "0M");
        assertRefused("--timeout: 0", "--timeout", "0");
        assertRefused("--timeout", "--timeout", "soon");
        assertRefused("--work: -1", "--work", "-1");
        assertRefused("--disk", "--disk");
        assertRefused("--kernel: /nothing is no readable file", "--kernel", "/nothing");
        assertRefused("--qemu: / is no readable file", "--qemu", "/");
        assertRefused("--modules: /nothing is no folder", "--kernel", "/etc/passwd", "--modules", "/nothing");
    }

    @Test
    void options_that_mean_nothing_alone_are_refused_alone() {
        assertRefused("--modules is of no use without --kernel", "--modules", folder.toString());
        assertRefused("--writable is of no use without --disk", "--writable");
    }
}
