// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Runs a program to its end and hands over what it prints, line by line; the program does not outlive an interrupt. */
public final class Subprocess {
    private Subprocess() {}

    /**
     * Runs {@code command} in {@code folder}, its messages in English and its errors among its output.
     *
     * @return its exit status
     * @throws IOException if it cannot be started
     */
    public static int run(List<String> command, Path folder, Consumer<String> lines)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            Thread reader = LinePump.start(process.getInputStream(), lines, "output of " + command.get(0));
            int status = process.waitFor();
            reader.join();
            return status;
        } finally {
            process.destroy();
        }
    }
}
