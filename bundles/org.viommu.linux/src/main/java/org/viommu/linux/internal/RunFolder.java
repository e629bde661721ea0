// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.viommu.linux.internal.prepare.FileTree;

/**
 * The folder with the files and sockets of one run, for this user alone. A run removes its own and those of runs that
 * were killed before they could: nobody holds their lock any more.
 */
public final class RunFolder implements AutoCloseable {
    private static final String PREFIX = "viommu-run-";
    private static final String LOCK = "lock";

    /** Length of the longest path of a UNIX socket on Linux (sockaddr_un, without the NUL at its end). */
    private static final int LONGEST_SOCKET = 107;

    private final Path path;
    private final FileChannel lock;
    private final boolean keep;

    private RunFolder(Path path, FileChannel lock, boolean keep) {
        this.path = path;
        this.lock = lock;
        this.keep = keep;
    }

    /**
     * Creates the folder in {@code parent}.
     *
     * @param keep whether it stays when it is closed
     */
    public static RunFolder create(Path parent, boolean keep) throws CannotRun, IOException {
        removeAbandoned(parent);
        Path path = Files.createTempDirectory(parent, PREFIX);
        if (path.resolve("a-longer-name.sock").toString().length() > LONGEST_SOCKET) {
            Files.delete(path);
            throw CannotRun.because(
                    "%s is too long for the path of a socket: name a shorter folder by JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=FOLDER.",
                    parent);
        }
        // It gets its name when it is locked: an unlocked lock is that of a killed run.
        Path unnamed = path.resolve(LOCK + ".new");
        FileChannel lock = FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        lock.lock();
        Files.move(unnamed, path.resolve(LOCK));
        return new RunFolder(path, lock, keep);
    }

    private static void removeAbandoned(Path parent) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path folder : folders) {
                // A kept folder has no lock; one of another user cannot be written to.
                if (Files.isWritable(folder.resolve(LOCK)) && isAbandoned(folder)) {
                    FileTree.delete(folder);
                }
            }
        }
    }

    private static boolean isAbandoned(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE)) {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (NoSuchFileException e) {
            // Its run has ended in between.
            return false;
        }
    }

    public Path path() {
        return path;
    }

    /** The path of something in the folder. */
    public Path file(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() throws IOException {
        try {
            if (!keep) {
                removeFiles();
            }
            // Last: should anything before have failed, the next run tries again.
            Files.delete(path.resolve(LOCK));
            if (!keep) {
                Files.delete(path);
            }
        } finally {
            lock.close();
        }
    }

    private void removeFiles() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                if (!file.endsWith(LOCK)) {
                    FileTree.delete(file);
                }
            }
        }
    }
}
