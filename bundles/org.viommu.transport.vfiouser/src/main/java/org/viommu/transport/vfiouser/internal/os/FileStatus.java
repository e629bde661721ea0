// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What statx(2) says of an open file. Unlike {@code struct stat}, its structure is the same on every architecture.
 *
 * <pre>
 *      0               8               16              24              32
 *      +-------+-------+---------------+-------+-------+-------+---+---+
 *   0  | mask  | blk   | attributes    | nlink | uid   | gid   |mode|  |
 *      +-------+-------+---------------+-------+-------+-------+---+---+
 *  32  | inode         | size          | ...                       256
 *      +---------------+---------------+
 * </pre>
 *
 * @param regular whether it is a regular file, as memfd and hugetlbfs files are
 * @param size in bytes
 * @param blockSize the file system's unit, in bytes; on hugetlbfs the size of its pages
 */
record FileStatus(boolean regular, long size, long blockSize) {
    private static final int LAYOUT_SIZE = 256;
    private static final int BLOCK_SIZE = 4;
    private static final int MODE = 28;
    private static final int SIZE = 40;

    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_TYPE_AND_SIZE = 0x201;
    private static final int TYPE_MASK = 0xf000;
    private static final int TYPE_REGULAR = 0x8000;

    private static final MethodHandle STATX =
            Libc.function("statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));

    static FileStatus of(int fd) throws SystemCallException {
        CallState state = new CallState();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(LAYOUT_SIZE, Long.BYTES);
            MemorySegment noPath = arena.allocate(1);
            int result;
            try {
                result = (int)
                        STATX.invokeExact(state.segment(), fd, noPath, AT_EMPTY_PATH, STATX_TYPE_AND_SIZE, status);
            } catch (Throwable t) {
                throw Libc.unexpected(t);
            }
            if (result != 0) {
                throw state.failure("statx", "of a received file descriptor");
            }
            return new FileStatus(
                    (status.get(JAVA_SHORT, MODE) & TYPE_MASK) == TYPE_REGULAR,
                    status.get(JAVA_LONG, SIZE),
                    Integer.toUnsignedLong(status.get(JAVA_INT, BLOCK_SIZE)));
        }
    }
}
