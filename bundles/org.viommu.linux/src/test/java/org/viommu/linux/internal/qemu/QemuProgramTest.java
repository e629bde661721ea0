// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.CannotRun;

class QemuProgramTest {
    @TempDir
    private Path folder;

    /** A program that answers QEMU's questions. */
    private QemuProgram program(String version, String devices, String help) throws IOException {
        Path path = folder.resolve("qemu-system-x86_64");
        Files.writeString(path, """
                #!/bin/sh
                case "$1" in
                    --version) echo '%s' ;;
                    -device) echo '%s' ;;
                    -help) echo '%s' ;;
                esac
                """.formatted(version, devices, help));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        return QemuProgram.installed(path);
    }

    @Test
    void version_and_abilities_are_what_it_says() throws Exception {
        QemuProgram qemu = program(
                "QEMU emulator version 11.1.3 (Debian 1:11.1.3+ds-1)",
                "name \"vfio-user-pci\", bus PCI",
                "[,exit-with-parent=on|off]");

        assertThat(qemu.probe()).isEqualTo(new QemuFeatures("11.1.3", true));
    }

    @Test
    void the_first_version_with_vfio_user_does_not_know_all() throws Exception {
        QemuProgram qemu = program("QEMU emulator version 10.1.0", "name \"vfio-user-pci\", bus PCI", "");

        assertThat(qemu.probe()).isEqualTo(new QemuFeatures("10.1.0", false));
    }

    @Test
    void a_QEMU_without_vfio_user_is_refused_with_the_version_that_has_it() throws Exception {
        QemuProgram qemu = program("QEMU emulator version 7.2.0", "name \"vfio-pci\", bus PCI", "");

        assertThatThrownBy(qemu::probe)
                .isInstanceOf(CannotRun.class)
                .hasMessageContaining("QEMU 7.2.0")
                .hasMessageContaining("10.1");
    }

    @Test
    void what_is_no_QEMU_is_refused() throws Exception {
        assertThatThrownBy(program("hello", "", "")::probe)
                .isInstanceOf(CannotRun.class)
                .hasMessageEndingWith("is not QEMU.");
    }

    @Test
    void what_cannot_be_started_is_refused() {
        QemuProgram qemu = QemuProgram.installed(folder.resolve("nothing"));

        assertThatThrownBy(qemu::probe).isInstanceOf(CannotRun.class).hasMessageContaining("nothing");
    }
}
