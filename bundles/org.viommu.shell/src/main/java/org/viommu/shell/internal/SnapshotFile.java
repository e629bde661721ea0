// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.felix.service.command.CommandSession;
import org.viommu.machine.SavedMachine;

/**
 * A file with a snapshot. It is there as a whole or not at all: it is written beside its place first. Only its owner can
 * read it.
 *
 * @param path absolute
 */
record SnapshotFile(Path path) {

    /** A file as it is typed in a console, which has a current folder. */
    static SnapshotFile of(CommandSession session, String file) {
        return new SnapshotFile(session.currentDir().resolve(file).normalize());
    }

    /**
     * Reads the snapshot.
     *
     * @throws IllegalArgumentException naming the file, the offset and what is wrong there
     * @throws IOException naming the file that cannot be read
     */
    SavedMachine read() throws IOException {
        try {
            return SavedMachine.read(Files.readAllBytes(path));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw named(e);
        }
    }

    /**
     * Writes the snapshot; another one that is there is replaced, anything else stays.
     *
     * @throws IOException naming the file that cannot be written
     */
    void write(SavedMachine saved) throws IOException {
        try {
            if (Files.exists(path) && !holdsSnapshot()) {
                throw new IllegalArgumentException("FILE: " + path + ": it is there and holds no snapshot");
            }
            Path part =
                    Files.createTempFile(path.getParent(), path.getFileName().toString(), ".part");
            try {
                Files.write(part, saved.bytes());
                Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw named(e);
        }
    }

    private boolean holdsSnapshot() throws IOException {
        try (InputStream stream = Files.newInputStream(path)) {
            return SavedMachine.isBeginOf(stream.readNBytes(SavedMachine.MAGIC_BYTES));
        }
    }

    /** The system's own message may be the path alone. */
    private IOException named(IOException e) {
        String reason = e instanceof NoSuchFileException
                ? "there is no such file or folder"
                : e.getClass().getSimpleName() + ": " + e.getMessage();
        return new IOException(path + ": " + reason, e);
    }
}
