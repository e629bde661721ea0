// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.devicetree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Narrator;
import org.viommu.linux.internal.debian.DebianArchive;
import org.viommu.linux.internal.qemu.Architecture;

/**
 * Debian's devicetree compiler: the machine's own, or one that is fetched.
 *
 * @param command how it is started
 */
record Dtc(List<String> command) {
    /** Gets it. */
    static Dtc get(Path folder) throws CannotRun, IOException, InterruptedException {
        for (String bin : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(bin, "dtc"))) {
                return new Dtc(List.of(Path.of(bin, "dtc").toString()));
            }
        }
        Narrator narrator = new Narrator(System.out);
        Path root = Files.createDirectories(folder.resolve("dtc"));
        DebianArchive.open(folder.resolve("apt"), Architecture.X86_64, Optional.empty(), narrator)
                .unpackProgram("device-tree-compiler", root);
        // Run by its own dynamic linker: the machine's C library may be older than the one that it is built for.
        return new Dtc(List.of(
                root.resolve("usr/lib64/ld-linux-x86-64.so.2").toString(),
                "--library-path",
                root.resolve("usr/lib/x86_64-linux-gnu").toString(),
                root.resolve("usr/bin/dtc").toString()));
    }

    /** Compiles from one format to another one, with more arguments. */
    byte[] compile(Path folder, String from, String to, byte[] source, String... arguments)
            throws IOException, InterruptedException {
        Path input = Files.write(folder.resolve("input." + from), source);
        Path output = folder.resolve("output." + to);
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of("-q", "-q", "-I", from, "-O", to, "-o", output.toString()));
        all.addAll(List.of(arguments));
        all.add(input.toString());
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        String complaints = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new AssertionError(all + ": " + complaints);
        }
        return Files.readAllBytes(output);
    }
}
