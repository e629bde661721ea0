// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.qemu;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.LinePump;

/** A running QEMU; closing it ends it. */
public final class QemuProcess implements AutoCloseable {
    private static final int SECONDS_TO_END = 5;

    private final Process process;

    private QemuProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts QEMU without input.
     *
     * @param output told each line of the guest's console
     * @param errors told each line of QEMU's own messages
     * @throws CannotRun if it cannot be started
     */
    public static QemuProcess start(List<String> command, Path folder, Consumer<String> output, Consumer<String> errors)
            throws CannotRun {
        // An open pipe nobody writes to: QEMU must not read the user's terminal.
        QemuProcess qemu = start(new ProcessBuilder(command).directory(folder.toFile()));
        LinePump.start(qemu.process.getInputStream(), output, "guest console");
        LinePump.start(qemu.process.getErrorStream(), errors, "QEMU messages");
        return qemu;
    }

    /**
     * Starts QEMU on the user's terminal, which it puts into the mode that a console needs.
     *
     * @throws CannotRun if it cannot be started
     */
    public static QemuProcess startOnTerminal(List<String> command, Path folder) throws CannotRun {
        return start(new ProcessBuilder(command).directory(folder.toFile()).inheritIO());
    }

    private static QemuProcess start(ProcessBuilder builder) throws CannotRun {
        try {
            return new QemuProcess(builder.start());
        } catch (IOException e) {
            throw CannotRun.because("QEMU cannot be started: %s.", e.getMessage());
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until QEMU ends by itself or the time is over; returns whether it ended. */
    public boolean waitFor(long seconds) throws InterruptedException {
        return process.waitFor(seconds, TimeUnit.SECONDS);
    }

    /** Ends QEMU, at first so that it can put the user's terminal back into order. */
    @Override
    public void close() {
        process.destroy();
        boolean interrupted = Thread.interrupted();
        try {
            if (!waitFor(SECONDS_TO_END)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
