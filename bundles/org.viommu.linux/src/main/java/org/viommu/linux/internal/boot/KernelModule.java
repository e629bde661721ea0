// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.boot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * A module of a kernel as a file.
 *
 * @param name its name as the kernel says it, with underscores
 * @param path its file, perhaps compressed
 */
record KernelModule(String name, Path path) {
    private static final String SUFFIX = ".ko";

    /** The module that a file is, by its name; empty if it is none. */
    static Optional<KernelModule> of(Path path) {
        String file = path.getFileName().toString();
        int end = file.indexOf(SUFFIX);
        return end > 0 ? Optional.of(new KernelModule(canonical(file.substring(0, end)), path)) : Optional.empty();
    }

    /** File names have dashes where the kernel says underscores, or not. */
    static String canonical(String name) {
        return name.replace('-', '_');
    }

    /** The module as the kernel loads it. */
    byte[] read() throws IOException {
        String file = path.getFileName().toString();
        String compression = file.substring(file.indexOf(SUFFIX) + SUFFIX.length());
        try (InputStream stored = Files.newInputStream(path)) {
            return switch (compression) {
                case "" -> stored.readAllBytes();
                case ".xz" -> new XZInputStream(stored).readAllBytes();
                case ".gz" -> new GZIPInputStream(stored).readAllBytes();
                default -> throw new IOException(path + ": only .xz and .gz modules can be unpacked here");
            };
        }
    }
}
