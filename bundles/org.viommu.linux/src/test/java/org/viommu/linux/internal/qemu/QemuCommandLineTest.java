// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class QemuCommandLineTest {
    private static final QemuProgram PROGRAM = QemuProgram.installed(Path.of("/usr/bin/qemu-system-x86_64"));
    private static final GuestHardware HARDWARE = new GuestHardware(
            Architecture.X86_64,
            "768M",
            Path.of("/boot/vmlinuz"),
            Path.of("/run/initramfs"),
            List.of("iommu.strict=1"),
            List.of("-device", "{\"driver\":\"vfio-user-pci\"}"));

    private static QemuCommandLine commandLine(boolean exitsWithParent) {
        return new QemuCommandLine(PROGRAM, new QemuFeatures("11.1.3", exitsWithParent), HARDWARE);
    }

    @Test
    void the_memory_is_shared_with_the_devices_and_has_the_size_asked_for() {
        assertThat(commandLine(true).interactive())
                .startsWith("/usr/bin/qemu-system-x86_64")
                .containsSubsequence("-object", "memory-backend-memfd,id=mem,share=on,size=768M", "-m", "768M");
    }

    @Test
    void words_of_the_user_come_last_on_the_kernel_s_command_line() {
        assertThat(commandLine(true).interactive())
                .containsSequence(
                        "-append",
                        "console=ttyS0 viommu.control=ttyS1 panic=-1 quiet printk.devkmsg=on iommu.strict=1");
    }

    @Test
    void another_architecture_has_another_machine_and_other_names_of_serial_ports() {
        GuestHardware hardware = new GuestHardware(
                Architecture.AARCH64,
                "512M",
                Path.of("/boot/vmlinuz"),
                Path.of("/run/initramfs"),
                List.of(),
                List.of());
        assertThat(new QemuCommandLine(PROGRAM, new QemuFeatures("11.1.3", true), hardware).interactive())
                .containsSubsequence("-M", "virt,memory-backend=mem", "-cpu", "cortex-a57")
                .containsSequence("-append", "console=ttyAMA0 viommu.control=ttyAMA1 panic=-1 quiet printk.devkmsg=on");
    }

    @Test
    void devices_are_passed_on_as_they_are() {
        assertThat(commandLine(true).interactive()).containsSequence("-device", "{\"driver\":\"vfio-user-pci\"}");
    }

    @Test
    void an_older_QEMU_is_not_given_an_option_that_it_lacks() {
        assertThat(commandLine(true).interactive()).containsSequence("-run-with", "exit-with-parent=on");
        assertThat(commandLine(false).interactive()).doesNotContain("-run-with");
    }

    @Test
    void commas_in_a_path_do_not_end_an_option() {
        assertThat(commandLine(true).controlledBy(Path.of("/tmp/a,b/control.sock")))
                .contains("socket,id=control,path=/tmp/a,,b/control.sock");
    }
}
