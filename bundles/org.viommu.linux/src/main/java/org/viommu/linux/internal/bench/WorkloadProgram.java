// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Subprocess;

/** The program that works in the guest, built from our source by the machine's compiler. */
final class WorkloadProgram {
    /** What the guest calls it. */
    static final String NAME = "workload";

    private static final String SOURCE = "workload.c";
    private static final String COMPILER = "gcc";

    private WorkloadProgram() {}

    /**
     * Builds it.
     *
     * @param folder where source and program go
     * @return a program that needs no libraries
     * @throws CannotRun if there is no compiler, or if it refuses
     */
    static byte[] build(Path folder) throws CannotRun, IOException, InterruptedException {
        return build(folder, COMPILER);
    }

    static byte[] build(Path folder, String compiler) throws CannotRun, IOException, InterruptedException {
        if (!System.getProperty("os.arch").equals("amd64")) {
            throw CannotRun.because(
                    "The guest is x86-64 and this machine is %s: its compiler makes no program for the guest.",
                    System.getProperty("os.arch"));
        }
        Path source = folder.resolve(SOURCE);
        Path program = folder.resolve(NAME);
        try (InputStream stored = WorkloadProgram.class.getResourceAsStream(SOURCE)) {
            Files.copy(stored, source);
        }
        List<String> output = new ArrayList<>();
        List<String> command =
                List.of(compiler, "-std=gnu11", "-O2", "-Wall", "-static", "-o", program.toString(), source.toString());
        int status;
        try {
            status = Subprocess.run(command, folder, output::add);
        } catch (IOException e) {
            throw CannotRun.because(
                    "The guest's workload is a C program, and there is no %s to build it: "
                            + "install a C compiler (Debian: apt install gcc libc6-dev).",
                    compiler);
        }
        if (status != 0) {
            throw CannotRun.because("%s does not build the guest's workload: %s", compiler, String.join(" / ", output));
        }
        return Files.readAllBytes(program);
    }
}
