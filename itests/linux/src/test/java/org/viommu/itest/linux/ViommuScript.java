// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The script {@code viommu} as a process, with all that it prints in a log that stays. */
final class ViommuScript implements AutoCloseable {
    /** EX_TEMPFAIL: the packages that the guest is made of are out of reach. */
    static final int OUT_OF_REACH = 75;

    /** A busy machine slows a guest down ten times, and the first run fetches 75 MB. */
    private static final Duration PATIENCE = Duration.ofMinutes(40);

    private static final int POLL_MILLIS = 100;

    private final Process process;
    private final Path log;

    private ViommuScript(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts it.
     *
     * @param temporary where its temporary files go; a short path, as sockets will be in it
     * @param name of the log
     * @param arguments of the script
     */
    static ViommuScript start(Path temporary, String name, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("viommu.script")));
        command.addAll(List.of(arguments));
        Path log = Path.of(System.getProperty("viommu.logs"), name + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
        return new ViommuScript(builder.start(), log);
    }

    /** Whether it has ended because the packages that the guest is made of are out of reach. */
    boolean isOutOfReach() {
        return !process.isAlive() && process.exitValue() == OUT_OF_REACH;
    }

    /** Waits until it has printed {@code text}; fails if it ends without. */
    void awaitOutput(String text) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!output().contains(text)) {
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                throw new AssertionError("'" + text + "' is not in:\n" + output());
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Waits until it ends and returns its exit status. */
    int awaitEnd() throws IOException, InterruptedException {
        if (!process.waitFor(PATIENCE.toMinutes(), TimeUnit.MINUTES)) {
            throw new AssertionError("still running:\n" + output());
        }
        return process.exitValue();
    }

    /** Everything that it has printed so far. */
    String output() throws IOException {
        return Files.readString(log);
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** The QEMU that it has started. */
    ProcessHandle qemu() {
        return findQemu().orElseThrow(() -> new AssertionError("no QEMU"));
    }

    /** The QEMU that it has started, if it has yet. */
    Optional<ProcessHandle> findQemu() {
        // Others of its are only asked what they can do.
        return process.descendants()
                .filter(child -> child.info().commandLine().orElse("").matches(".*qemu-system-x86_64 .* -kernel .*"))
                .findFirst();
    }

    /** Kills it as power does, and waits until it has gone, so that its locks are free, and its QEMU after it, which nobody else ends. */
    void kill() throws InterruptedException, ExecutionException, TimeoutException {
        ProcessHandle qemu = qemu();
        process.destroyForcibly().waitFor();
        awaitEnd(qemu);
    }

    /** Waits for the end of a process that it has started. */
    static void awaitEnd(ProcessHandle child) throws InterruptedException, ExecutionException, TimeoutException {
        child.onExit().get(PATIENCE.toMinutes(), TimeUnit.MINUTES);
    }

    /** Ends what a failed test has left. */
    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
