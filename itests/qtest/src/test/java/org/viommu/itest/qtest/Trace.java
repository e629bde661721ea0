// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** QEMU's trace. What a command did is in it by the time the command is answered. */
final class Trace {
    private final Path file;
    private long read;

    Trace(Path file) {
        this.file = file;
    }

    /** The lines since the last call. */
    List<String> next() {
        try (RandomAccessFile input = new RandomAccessFile(file.toFile(), "r")) {
            byte[] bytes = new byte[(int) (input.length() - read)];
            input.seek(read);
            input.readFully(bytes);
            read += bytes.length;
            return new String(bytes, StandardCharsets.US_ASCII).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forgets the lines so far. */
    void skip() {
        read = file.toFile().length();
    }
}
