// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Builds the peers with the compiler of the system, and says what is missing. */
final class NativePeers {
    private static final String PACKAGES = "on Debian: apt install gcc g++ pkg-config libglib2.0-dev";

    private final Path sources;
    private final Path target;

    NativePeers(Path sources, Path target) {
        this.sources = sources;
        this.target = target;
    }

    /**
     * Builds all of them.
     *
     * @throws MissingTool if the system cannot
     */
    void build() throws IOException, InterruptedException, MissingTool {
        Files.createDirectories(target);
        String glib = output(List.of("pkg-config", "--cflags", "--libs", "glib-2.0"), "GLib's development files");
        for (Store store : Store.values()) {
            if (store.isNative()) {
                boolean plusPlus = store.source.endsWith(".cpp");
                List<String> command = new ArrayList<>(List.of(
                        plusPlus ? "g++" : "gcc",
                        plusPlus ? "-std=c++17" : "-std=gnu11",
                        "-O2",
                        "-Wall",
                        "-Wextra",
                        "-o",
                        binary(store).toString(),
                        sources.resolve(store.source).toString()));
                if (store == Store.GTREE) {
                    command.addAll(List.of(glib.trim().split("\\s+")));
                }
                output(command, "a compiler for " + store.source);
            }
        }
    }

    Path binary(Store store) {
        return target.resolve(store.name().toLowerCase(Locale.ROOT));
    }

    private static String output(List<String> command, String what)
            throws IOException, InterruptedException, MissingTool {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new MissingTool(command.get(0) + " is needed (" + PACKAGES + ")");
        }
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new MissingTool(
                    what + " is needed (" + PACKAGES + "); " + String.join(" ", command) + " says: " + text);
        }
        return text;
    }

    /** The system lacks what builds the peers; the message says what. */
    static final class MissingTool extends Exception {
        private static final long serialVersionUID = 1;

        MissingTool(String message) {
            super(message);
        }
    }
}
