// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a file in memory, shared with whoever else maps it.
 *
 * <p>Each has an arena of its own: closing it is what unmaps, and an access that comes too late is refused by the
 * virtual machine instead of reading what the address space holds by then.
 */
public final class MappedFile implements AutoCloseable {
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;
    private static final long MAP_FAILED = -1;

    private static final MethodHandle MMAP = Libc.function(
            "mmap", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP =
            Libc.functionWithoutErrno("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle GETPAGESIZE =
            Libc.functionWithoutErrno("getpagesize", FunctionDescriptor.of(JAVA_INT));

    private static final long PAGE_SIZE = pageSize();

    private final Arena arena;
    private final MemorySegment bytes;

    private MappedFile(Arena arena, MemorySegment bytes) {
        this.arena = arena;
        this.bytes = bytes;
    }

    /**
     * Maps a part of a regular file.
     *
     * @param descriptors holds the file's descriptor, which the mapping does not need any more afterwards
     * @param index of the descriptor
     * @param offset of the first byte in the file, not negative
     * @param size in bytes, positive
     * @param writable whether it can be written
     * @throws IOException if the file is not regular, the part is not inside of it or the system refuses
     */
    public static MappedFile map(ReceivedDescriptors descriptors, int index, long offset, long size, boolean writable)
            throws IOException {
        int fd = descriptors.get(index);
        FileStatus status = FileStatus.of(fd);
        if (!status.regular()) {
            throw new SystemCallException("mmap", "of what is no regular file", Errno.EINVAL.number());
        }
        if (size > status.size() || offset > status.size() - size) {
            String subject = "of 0x%x bytes at 0x%x of a file with 0x%x bytes".formatted(size, offset, status.size());
            throw new SystemCallException("mmap", subject, Errno.EINVAL.number());
        }
        // A mapping begins and ends at whole pages, which are huge ones on hugetlbfs.
        long granule = Math.max(PAGE_SIZE, Long.highestOneBit(status.blockSize()));
        long from = offset & -granule;
        long length = (offset + size - from + granule - 1) & -granule;
        long address = mmap(fd, from, length, writable);
        Arena arena = Arena.ofShared();
        MemorySegment bytes = segment(address, length, arena).asSlice(offset - from, size);
        return new MappedFile(arena, writable ? bytes : bytes.asReadOnly());
    }

    /**
     * Buffers that together cover the part.
     *
     * @param size of each but the last, in bytes
     */
    public List<ByteBuffer> windows(int size) {
        List<ByteBuffer> windows = new ArrayList<>();
        for (long at = 0; at < bytes.byteSize(); at += size) {
            windows.add(bytes.asSlice(at, Math.min(size, bytes.byteSize() - at)).asByteBuffer());
        }
        return windows;
    }

    /** Unmaps; the windows refuse accesses from now on. */
    @Override
    public void close() {
        arena.close();
    }

    private static long mmap(int fd, long offset, long length, boolean writable) throws IOException {
        CallState state = new CallState();
        int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
        long address;
        try {
            address = (long) MMAP.invokeExact(state.segment(), 0L, length, protection, MAP_SHARED, fd, offset);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
        if (address == MAP_FAILED) {
            throw state.failure("mmap", "of 0x%x bytes at 0x%x".formatted(length, offset));
        }
        return address;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment segment(long address, long length, Arena arena) {
        return MemorySegment.ofAddress(address).reinterpret(length, arena, all -> munmap(address, length));
    }

    private static void munmap(long address, long length) {
        try {
            int ignored = (int) MUNMAP.invokeExact(address, length);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    private static long pageSize() {
        try {
            return (int) GETPAGESIZE.invokeExact();
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }
}
