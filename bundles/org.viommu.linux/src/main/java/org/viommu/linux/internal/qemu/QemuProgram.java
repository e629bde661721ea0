// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Subprocess;

/**
 * A QEMU that can be started.
 *
 * @param command the program and what has to come before every option of a run
 */
public record QemuProgram(List<String> command) {
    private static final Pattern VERSION = Pattern.compile("QEMU emulator version (\\S+).*");
    private static final String DEVICE = "\"vfio-user-pci\"";

    public QemuProgram {
        command = List.copyOf(command);
    }

    /** The one that is installed at {@code path}. */
    public static QemuProgram installed(Path path) {
        return new QemuProgram(List.of(path.toString()));
    }

    /** The one whose Debian packages are unpacked, with their libraries, below {@code root}. */
    public static QemuProgram unpacked(Architecture guest, Path root) {
        // Run by its own dynamic linker: the machine's C library may be older than the one that it is built for.
        return new QemuProgram(List.of(
                root.resolve("usr/lib64/ld-linux-x86-64.so.2").toString(),
                "--library-path",
                root.resolve("usr/lib/x86_64-linux-gnu").toString(),
                root.resolve("usr/bin").resolve(guest.program()).toString(),
                "-L",
                root.resolve("usr/share/qemu").toString(),
                "-L",
                root.resolve("usr/share/seabios").toString()));
    }

    /**
     * Finds out what it can.
     *
     * @throws CannotRun if it does not start or cannot be a client of vfio-user, which came with QEMU 10.1
     */
    public QemuFeatures probe() throws CannotRun, InterruptedException {
        String version = ask("--version").stream()
                .map(VERSION::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst()
                .orElseThrow(() -> CannotRun.because("%s is not QEMU.", program()));
        if (ask("-device", "help").stream().noneMatch(line -> line.contains(DEVICE))) {
            throw CannotRun.because(
                    "%s is QEMU %s, which has no device vfio-user-pci: 10.1 is the first that can have it.",
                    program(), version);
        }
        boolean exitsWithParent = ask("-help").stream().anyMatch(line -> line.contains("exit-with-parent"));
        return new QemuFeatures(version, exitsWithParent);
    }

    /**
     * Lets it write the devicetree that it would give to a guest without functions of ours.
     *
     * @param memory its size as QEMU writes it
     * @param file what to write
     */
    public void dumpDevicetree(Architecture guest, String memory, Path file) throws CannotRun, InterruptedException {
        // The devicetree says how many serial ports there are; every guest of ours has two.
        List<String> output = ask(
                "-M", guest.machine() + ",dumpdtb=" + QemuCommandLine.escape(file),
                "-m", memory,
                "-accel", "tcg",
                "-cpu", guest.processor(),
                "-smp", "1",
                "-nodefaults", "-no-user-config",
                "-display", "none",
                "-serial", "null",
                "-serial", "null");
        if (!Files.exists(file)) {
            throw CannotRun.because("%s writes no devicetree: %s.", program(), String.join(" ", output));
        }
    }

    private List<String> ask(String... question) throws CannotRun, InterruptedException {
        List<String> asked = new ArrayList<>(command);
        asked.addAll(List.of(question));
        List<String> output = new ArrayList<>();
        try {
            Subprocess.run(asked, Path.of("/"), output::add);
        } catch (IOException e) {
            throw CannotRun.because("%s cannot be started: %s.", program(), e.getMessage());
        }
        return output;
    }

    private String program() {
        return command.stream()
                .filter(word -> word.contains("qemu-system"))
                .findFirst()
                .orElse(command.get(0));
    }
}
