// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The compilers of the system, which build what the benchmarks compare with, and say what is missing. */
public final class SystemCompiler {
    private static final String PACKAGES = "on Debian: apt install gcc g++ pkg-config libglib2.0-dev";

    private SystemCompiler() {}

    /**
     * Compiles one file of C or C++ with the optimisation of distributions.
     *
     * @param source file whose name ends in {@code .c} or {@code .cpp}
     * @param target what to write
     * @param options for this file, behind the common ones
     * @throws MissingTool if the system cannot
     */
    public static void compile(Path source, Path target, List<String> options) throws MissingTool {
        boolean plusPlus = source.toString().endsWith(".cpp");
        List<String> command = new ArrayList<>(List.of(
                plusPlus ? "g++" : "gcc",
                plusPlus ? "-std=c++17" : "-std=gnu11",
                "-O2",
                "-Wall",
                "-Wextra",
                "-o",
                target.toString(),
                source.toString()));
        command.addAll(options);
        output(command, "a compiler for " + source.getFileName());
    }

    /**
     * The options that a library needs.
     *
     * @param library as pkg-config knows it
     * @return for {@link #compile}
     * @throws MissingTool if the library is not there
     */
    public static List<String> options(String library) throws MissingTool {
        String options =
                output(List.of("pkg-config", "--cflags", "--libs", library), "development files of " + library);
        return List.of(options.trim().split("\\s+"));
    }

    private static String output(List<String> command, String what) throws MissingTool {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new MissingTool(
                        what + " is needed (" + PACKAGES + "); " + String.join(" ", command) + " says: " + text);
            }
            return text;
        } catch (IOException e) {
            throw new MissingTool(command.get(0) + " is needed (" + PACKAGES + ")");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The system lacks what builds the peers; the message says what. */
    public static final class MissingTool extends Exception {
        private static final long serialVersionUID = 1;

        MissingTool(String message) {
            super(message);
        }
    }
}
