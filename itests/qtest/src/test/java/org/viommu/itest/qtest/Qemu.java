// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.ExitStatus;
import org.viommu.linux.internal.Narrator;
import org.viommu.linux.internal.prepare.OwnParts;
import org.viommu.linux.internal.prepare.Preparation;
import org.viommu.linux.internal.qemu.Architecture;

/** A QEMU whose processor never runs: the test is the machine's guest, over the qtest socket. */
final class Qemu implements AutoCloseable {
    private static final String MODULES = "usr/lib/x86_64-linux-gnu/qemu";

    /** What the IOMMU does, which accesses of endpoints it lets through, and where these end. */
    private static final List<String> TRACED = List.of("virtio_iommu_*", "memory_region_ops_write");

    private final Path folder;
    private final Process process;
    private final Qtest qtest;
    private final Trace trace;

    private Qemu(Path folder, Process process, Qtest qtest, Trace trace) {
        this.folder = folder;
        this.process = process;
        this.qtest = qtest;
        this.trace = trace;
    }

    /**
     * Starts a q35 machine.
     *
     * @param megabytes of memory
     * @param devices what to put after {@code -device}
     */
    static Qemu start(int megabytes, List<String> devices) throws IOException, InterruptedException {
        List<String> program = program();
        Path folder = Files.createTempDirectory("vq");
        Path log = folder.resolve("trace");
        Path socket = folder.resolve("qtest");
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of("-M", "q35", "-accel", "qtest", "-m", megabytes + "M"));
        command.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-D", log.toString()));
        command.addAll(List.of("-qtest", "unix:" + socket, "-qtest-log", "/dev/null"));
        command.addAll(List.of("-run-with", "exit-with-parent=on"));
        TRACED.forEach(event -> command.addAll(List.of("-trace", event)));
        devices.forEach(device -> command.addAll(List.of("-device", device)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("messages").toFile());
        modules(program).ifPresent(path -> builder.environment().put("QEMU_MODULE_DIR", path.toString()));
        try (Qtest.Listener listener = Qtest.listen(socket)) {
            Process process = builder.start();
            try {
                return new Qemu(folder, process, listener.accept(process), new Trace(log));
            } catch (IOException e) {
                process.destroyForcibly();
                throw new IOException(e.getMessage() + ": " + Files.readString(folder.resolve("messages")), e);
            }
        }
    }

    /** Without Debian's packages there is no QEMU and the test is skipped, which it says loudly; not so in CI. */
    private static List<String> program() throws IOException, InterruptedException {
        OwnParts none =
                new OwnParts(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        try {
            return new Preparation(new Narrator(System.out))
                    .prepare(Architecture.X86_64, none, System.getenv())
                    .qemu()
                    .command();
        } catch (CannotRun e) {
            if (e.status() == ExitStatus.UNREACHABLE && !"true".equals(System.getenv("CI"))) {
                System.err.printf("%n!!! THE TEST AGAINST QEMU'S DEVICE DOES NOT RUN:%n%s%n", e.getMessage());
                Assumptions.abort("Debian's packages are out of reach");
            }
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Unpacked packages do not have their modules where QEMU looks for them. */
    private static Optional<Path> modules(List<String> program) {
        Path root =
                Path.of(program.get(0)).toAbsolutePath().getParent().getParent().getParent();
        return Optional.of(root.resolve(MODULES)).filter(Files::isDirectory);
    }

    Qtest qtest() {
        return qtest;
    }

    Trace trace() {
        return trace;
    }

    /** What QEMU has complained about. */
    String messages() throws IOException {
        return Files.readString(folder.resolve("messages"));
    }

    @Override
    public void close() {
        qtest.close();
        process.destroyForcibly();
        try {
            process.waitFor(1, TimeUnit.MINUTES);
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
