// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.Narrator;

class AptTest {
    private static final String STUMBLES =
            "E: Failed to fetch http://mirror.example/debian/x.deb  503  Service Unavailable [IP: 127.0.0.1 80]";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Fetches with an apt that fails so often, with a line. */
    private Apt.Result fetch(int failures, String line) throws Exception {
        Path program = folder.resolve("apt-get");
        Files.writeString(program, """
                #!/bin/sh
                echo >> "%1$s/calls"
                [ $(wc -l < "%1$s/calls") -gt %2$d ] && exit 0
                echo "%3$s"
                exit 100
                """.formatted(folder, failures, line));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Apt apt = new Apt(
                folder.resolve("apt"),
                "amd64",
                name -> folder.resolve(name).toString(),
                List.of(Duration.ZERO, Duration.ofMillis(1)));
        apt.useMachineSources();
        return apt.fetch(new Narrator(new PrintStream(out, true)), percent -> {}, "apt-get", "update");
    }

    private long calls() throws IOException {
        return Files.readAllLines(folder.resolve("calls")).size();
    }

    @Test
    void an_archive_that_stumbles_is_asked_again_and_the_user_is_told() throws Exception {
        assertThat(fetch(2, STUMBLES).ok()).isTrue();
        assertThat(calls()).isEqualTo(3);
        assertThat(out.toString().lines())
                .hasSize(2)
                .allMatch(
                        line -> line.startsWith(
                                "viommu: Failed to fetch http://mirror.example/debian/x.deb  503  Service Unavailable [IP: 127.0.0.1 80]: asking again in 0 s"));
    }

    @Test
    void an_archive_that_goes_on_stumbling_is_given_up() throws Exception {
        assertThat(fetch(9, STUMBLES).complaint()).contains("503");
        assertThat(calls()).isEqualTo(3);
    }

    @Test
    void an_archive_without_what_is_wanted_is_not_asked_again() throws Exception {
        assertThat(fetch(1, "E: Unable to locate package qemu").ok()).isFalse();
        assertThat(calls()).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
    }
}
