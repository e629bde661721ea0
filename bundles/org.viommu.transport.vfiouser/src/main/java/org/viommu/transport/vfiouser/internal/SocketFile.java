// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.viommu.transport.vfiouser.internal.os.Errno;
import org.viommu.transport.vfiouser.internal.os.SystemCallException;
import org.viommu.transport.vfiouser.internal.os.UnixConnection;

/** The file of a listening socket, from its creation to its removal. */
final class SocketFile {
    private static final int TYPE_MASK = 0xf000;
    private static final int TYPE_SOCKET = 0xc000;

    private final Path path;
    private final Object key;

    private SocketFile(Path path, Object key) {
        this.path = path;
        this.key = key;
    }

    /**
     * Removes a file that an earlier process left.
     *
     * @throws IllegalArgumentException if the path is too long
     * @throws NotDirectoryException if the parent folder does not exist
     * @throws FileAlreadyExistsException if there is a file that is no socket, or somebody listens on it
     * @throws IOException if the system refuses
     */
    static void clear(Path path) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        if (!Files.isDirectory(parent)) {
            throw new NotDirectoryException(parent.toString());
        }
        int mode;
        try {
            mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return;
        }
        if ((mode & TYPE_MASK) != TYPE_SOCKET) {
            throw new FileAlreadyExistsException(path.toString(), null, "is no socket");
        }
        if (isListening(path)) {
            throw new FileAlreadyExistsException(path.toString(), null, "another process listens on it");
        }
        Files.deleteIfExists(path);
    }

    /** The file that a listener has just created. */
    static SocketFile of(Path path) throws IOException {
        return new SocketFile(path, key(path));
    }

    /** Removes the file, unless it is gone or somebody has put another one in its place. */
    void remove() throws IOException {
        try {
            if (key.equals(key(path))) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            // Somebody else has removed it.
        }
    }

    private static Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static boolean isListening(Path path) throws IOException {
        try {
            UnixConnection.connect(path, false).close();
            return true;
        } catch (SystemCallException e) {
            if (e.is(Errno.ECONNREFUSED)) {
                return false;
            }
            if (e.is(Errno.EAGAIN)) {
                return true;
            }
            throw e;
        }
    }
}
