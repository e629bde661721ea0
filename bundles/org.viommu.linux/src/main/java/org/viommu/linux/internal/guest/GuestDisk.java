// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.viommu.linux.internal.CannotRun;

/**
 * The file behind the guest's disk, and which parts of it the checks use: what is written never overlaps what is read.
 *
 * @param path the file
 * @param readOnly whether the guest must not write
 * @param read compared as it is
 * @param write written once by the guest
 * @param churnRead read over and over
 * @param churnWrite written over and over; no blocks if the guest must not write
 */
public record GuestDisk(Path path, boolean readOnly, Region read, Region write, Region churnRead, Region churnWrite) {
    private static final long CREATED_BLOCKS = 1024;
    private static final long LEAST_BLOCKS = 8;
    private static final int SECTOR = 512;
    private static final long MOST_READ = 256;
    private static final long MOST_WRITTEN = 64;
    private static final long MOST_CHURNED = 16;
    private static final long SEED = 1;

    /** Writes a disk of random data, the same every time. */
    public static GuestDisk create(Path path) throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] block = new byte[Region.BLOCK];
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long i = 0; i < CREATED_BLOCKS; i++) {
                random.nextBytes(block);
                file.write(ByteBuffer.wrap(block));
            }
        }
        return of(path, CREATED_BLOCKS, false);
    }

    /**
     * Uses a disk as it is.
     *
     * @param writable whether the checks may overwrite parts of it
     * @throws CannotRun if it cannot be read or is too small
     */
    public static GuestDisk existing(Path path, boolean writable) throws CannotRun {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            // Unlike Files.size, this knows the size of a host's block device.
            long size = file.size();
            if (size / Region.BLOCK < LEAST_BLOCKS || size % SECTOR != 0) {
                throw CannotRun.because(
                        "The disk %s has %d bytes: it needs %d or more, in whole sectors of %d.",
                        path, size, LEAST_BLOCKS * Region.BLOCK, SECTOR);
            }
            return of(path, size / Region.BLOCK, !writable);
        } catch (IOException e) {
            throw CannotRun.because("The disk %s cannot be read: %s.", path, e);
        }
    }

    static GuestDisk of(Path path, long blocks, boolean readOnly) {
        Region read = new Region(0, Math.min(MOST_READ, blocks / 2));
        Region write = new Region(read.count(), Math.min(MOST_WRITTEN, blocks / 4));
        Region churnRead = new Region(0, Math.min(MOST_CHURNED, read.count()));
        long churned = readOnly ? 0 : Math.min(MOST_CHURNED, blocks / 4);
        return new GuestDisk(
                path, readOnly, read, write, churnRead, new Region(write.first() + write.count(), churned));
    }

    /** SHA-256 of a part of the file as it is now, in hexadecimal. */
    public String digest(Region region) throws IOException {
        MessageDigest digest = sha256();
        ByteBuffer buffer = ByteBuffer.allocate(Region.BLOCK);
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            long end = region.offset() + region.bytes();
            for (long position = region.offset(); position < end; ) {
                buffer.clear().limit((int) Math.min(Region.BLOCK, end - position));
                int count = file.read(buffer, position);
                if (count < 0) {
                    throw new IOException(path + " ends at " + position);
                }
                digest.update(buffer.flip());
                position += count;
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
