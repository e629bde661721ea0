// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.viommu.endpoint.block.BlockRequestLayout;

/**
 * A file or host block device, as sectors. One that can be written is locked, so that two guests never write the same.
 *
 * <p>Thread-safe. Its capacity is what the file had when it was opened.
 */
final class FileDisk implements AutoCloseable {
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 16).asReadOnlyBuffer();

    private final Path path;
    private final boolean readOnly;
    private final FileChannel channel;
    private final long sectors;

    private FileDisk(Path path, boolean readOnly, FileChannel channel) throws IOException {
        this.path = path;
        this.readOnly = readOnly;
        this.channel = channel;
        if (!readOnly) {
            lock();
        }
        long size = channel.size();
        if (size == 0 || size % BlockRequestLayout.SECTOR_SIZE != 0) {
            throw new IllegalArgumentException(path + " has " + size + " bytes; it must be a positive multiple of "
                    + BlockRequestLayout.SECTOR_SIZE);
        }
        sectors = size / BlockRequestLayout.SECTOR_SIZE;
    }

    /**
     * Opens a file.
     *
     * @throws IOException if the file cannot be opened
     * @throws IllegalArgumentException if it cannot be a disk: its size is not a whole number of sectors, or someone else writes it
     */
    static FileDisk open(Path path, boolean readOnly) throws IOException {
        Set<OpenOption> options =
                readOnly ? Set.of(StandardOpenOption.READ) : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileChannel channel = FileChannel.open(path, options);
        try {
            return new FileDisk(path, readOnly, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void lock() throws IOException {
        boolean free;
        try {
            free = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            free = false;
        }
        if (!free) {
            throw new IllegalArgumentException(path + " is in use: another endpoint or process may write it");
        }
    }

    boolean readOnly() {
        return readOnly;
    }

    long sectors() {
        return sectors;
    }

    /** Whether a range of whole sectors lies on the disk; the first sector is unsigned. */
    boolean holds(long sector, long bytes) {
        return bytes % BlockRequestLayout.SECTOR_SIZE == 0
                && Long.compareUnsigned(sector, sectors) <= 0
                && bytes / BlockRequestLayout.SECTOR_SIZE <= sectors - sector;
    }

    /** Fills a buffer with the bytes from a position on. */
    void read(long position, ByteBuffer target) throws IOException {
        for (long at = position; target.hasRemaining(); ) {
            int count = channel.read(target, at);
            if (count < 0) {
                throw new EOFException(path + " has become shorter: it ends before byte " + at);
            }
            at += count;
        }
    }

    /** Drains a buffer to the bytes from a position on. */
    void write(long position, ByteBuffer source) throws IOException {
        for (long at = position; source.hasRemaining(); ) {
            at += channel.write(source, at);
        }
    }

    /** Fills a range with zeros. */
    void zero(long position, long length) throws IOException {
        ByteBuffer zeros = ZEROS.duplicate();
        for (long done = 0; done < length; done += zeros.limit()) {
            write(position + done, zeros.clear().limit((int) Math.min(length - done, zeros.capacity())));
        }
    }

    /** Returns when all that was written is on the medium. */
    void flush() throws IOException {
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
