// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.viommu.itest.traffic.Waiting;

/** The application in a process of its own, with one more bundle: {@link KillSubject}. */
final class SubjectProcess implements AutoCloseable {
    private static final String IMPORTS =
            "org.osgi.framework,org.osgi.service.cm,org.osgi.util.tracker,org.viommu.driver,"
                    + "org.viommu.iommu,org.viommu.itest.traffic,org.viommu.memory,org.viommu.topology,org.viommu.virtio,org.viommu.virtio.iommu";

    private final Process process;
    private final BufferedReader lines;

    /** Of the line that it was about to say when it was stopped. */
    private final StringBuilder begun = new StringBuilder();

    private boolean holding;

    private SubjectProcess(Process process) {
        this.process = process;
        lines = process.inputReader();
    }

    /**
     * Starts one.
     *
     * @param folder with the application, which is put there if it is not yet
     * @param seed of the driver; 0 to end before it starts, -1 to hold copies only
     * @param configuration of the store, each as key=value
     */
    static SubjectProcess start(Path folder, String store, int seed, String... configuration) throws IOException {
        Path application = folder.resolve("viommu");
        if (!Files.exists(application)) {
            copy(Path.of(System.getProperty("viommu.application")), application);
            Files.copy(Path.of(System.getProperty("viommu.traffic")), application.resolve("bundle/traffic.jar"));
            SubjectBundle.write(application.resolve("bundle/subject.jar"), KillSubject.class, IMPORTS);
            try (Stream<Path> jars = Files.list(Path.of(System.getProperty("viommu.shared")))) {
                for (Path jar : jars.toList()) {
                    Files.copy(jar, application.resolve("bundle").resolve(jar.getFileName()));
                }
            }
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.io.tmpdir=" + folder,
                "-jar",
                application.resolve("lib/launcher.jar").toString()));
        command.addAll(List.of("live", store, Integer.toString(seed)));
        command.addAll(List.of(configuration));
        return new SubjectProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** What the store had kept, as the process serves it. */
    List<String> dump() throws IOException {
        List<String> dump = new ArrayList<>();
        for (String line = next(); !line.equals("dumped"); line = next()) {
            dump.add(line);
        }
        return dump;
    }

    /** Returns when one that only holds copies does so. */
    void awaitHolding() throws IOException {
        if (!holding) {
            dump();
            holding = true;
        }
    }

    /** One that only holds copies becomes the owner of the device and its driver. */
    void takeOver(long seed) throws IOException {
        awaitHolding();
        process.outputWriter().append(Long.toString(seed)).append('\n').flush();
    }

    /** Gives on the next lines. */
    void hear(int count, Consumer<String> listener) throws IOException {
        for (int i = 0; i < count; i++) {
            listener.accept(next());
        }
    }

    /** Gives on lines until one begins so, with that one, and returns it. */
    String hearUntil(String beginning, Consumer<String> listener) throws IOException {
        String line;
        do {
            line = next();
            listener.accept(line);
        } while (!line.startsWith(beginning));
        return line;
    }

    /** From now on a write fails that would make a file longer, or makes one longer than this already. */
    void limitFiles(String bytes) throws IOException, InterruptedException {
        run("prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + bytes + ":");
    }

    private static void run(String... command) throws IOException, InterruptedException {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", command) + ": " + status);
        }
    }

    /** Kills the process when it has said so much, and gives on all that it has said. */
    void killAfter(int count, Consumer<String> listener) throws IOException, InterruptedException {
        hear(count, listener);
        // Process.destroyForcibly would close the pipe with what is in it.
        process.toHandle().destroyForcibly();
        StringWriter rest = new StringWriter();
        rest.append(begun);
        lines.transferTo(rest);
        process.waitFor();
        // The last line may be torn; what it stands for was not sent yet.
        String whole = rest.toString().substring(0, rest.toString().lastIndexOf('\n') + 1);
        whole.lines().forEach(listener);
    }

    /** Stops the process as it is, and gives on all that it has said. */
    void pause(Consumer<String> listener) throws IOException, InterruptedException {
        run("kill", "-STOP", Long.toString(process.pid()));
        while (!paused()) {
            if (!process.isAlive()) {
                throw new IOException("the platform ended");
            }
            LockSupport.parkNanos(1_000_000);
        }
        while (lines.ready()) {
            char next = (char) lines.read();
            if (next == '\n') {
                listener.accept(begun.toString());
                begun.setLength(0);
            } else {
                begun.append(next);
            }
        }
    }

    /** Lets it go on. */
    void goOn() throws IOException, InterruptedException {
        run("kill", "-CONT", Long.toString(process.pid()));
    }

    private boolean paused() {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc", process.pid() + "", "task"))) {
            for (Path thread : threads) {
                String stat = Files.readString(thread.resolve("stat"));
                // The state follows the name, which is in brackets.
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            // A thread has ended meanwhile; to whom has its file open already, the system says it otherwise.
            return false;
        }
    }

    /** Waits for the end of a process that ends by itself. */
    int end() throws IOException, InterruptedException {
        if (!process.waitFor(Waiting.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IOException("the platform does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private String next() throws IOException {
        String rest = lines.readLine();
        String line = rest == null ? null : begun + rest;
        begun.setLength(0);
        if (line == null || line.startsWith("broken")) {
            throw new IOException("the platform ended: " + line);
        }
        return line;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }
}
