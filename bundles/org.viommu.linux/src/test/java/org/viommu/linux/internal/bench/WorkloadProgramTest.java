// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.CannotRun;

class WorkloadProgramTest {
    @TempDir
    private Path folder;

    @Test
    void a_machine_without_a_compiler_is_told_what_to_install() {
        assertThatExceptionOfType(CannotRun.class)
                .isThrownBy(() -> WorkloadProgram.build(folder, "no-such-compiler"))
                .withMessageContaining("there is no no-such-compiler to build it")
                .withMessageContaining("apt install gcc libc6-dev");
    }

    @Test
    void a_compiler_that_refuses_is_quoted() throws Exception {
        Path compiler = Files.writeString(folder.resolve("compiler"), "#!/bin/sh\necho no headers\nexit 1\n");
        assertThat(compiler.toFile().setExecutable(true)).isTrue();

        assertThatExceptionOfType(CannotRun.class)
                .isThrownBy(() -> WorkloadProgram.build(folder, compiler.toString()))
                .withMessageContaining("does not build the guest's workload: no headers");
    }

    @Test
    void what_the_compiler_makes_is_the_program() throws Exception {
        Path compiler = Files.writeString(
                folder.resolve("compiler"), "#!/bin/sh\n[ -s workload.c ] && printf program > workload\n");
        assertThat(compiler.toFile().setExecutable(true)).isTrue();

        assertThat(WorkloadProgram.build(folder, compiler.toString()))
                .asString()
                .isEqualTo("program");
    }
}
