// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a VMM does with the operating system: makes shared memory and eventfds, and sends descriptors. */
public final class Peer {
    public static final int NONBLOCKING = 0x800;

    private static final int MSG_NOSIGNAL = 0x4000;

    private static final MethodHandle MEMFD_CREATE =
            Libc.function("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle FTRUNCATE =
            Libc.function("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle EVENTFD =
            Libc.function("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle PIPE = Libc.function("pipe", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle READ =
            Libc.function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE =
            Libc.function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle SENDMSG =
            Libc.function("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));

    private Peer() {}

    /** A sparse shared memory file. */
    public static int memfd(long size) {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = new CallState();
            int fd = (int) MEMFD_CREATE.invokeExact(state.segment(), arena.allocateFrom("guest"), 0);
            int result = (int) FTRUNCATE.invokeExact(state.segment(), fd, size);
            return check(result, state) == 0 ? fd : -1;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    public static int eventFd(int flags) {
        CallState state = new CallState();
        try {
            return check((int) EVENTFD.invokeExact(state.segment(), 0, flags), state);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** The reading and the writing end of a pipe. */
    public static int[] pipe() {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = new CallState();
            MemorySegment ends = arena.allocate(8, 4);
            int result = (int) PIPE.invokeExact(state.segment(), ends);
            check(result, state);
            return new int[] {ends.get(JAVA_INT, 0), ends.get(JAVA_INT, 4)};
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Takes the counter of a non-blocking eventfd; 0 if nothing was signalled. */
    public static long take(int eventFd) {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = new CallState();
            MemorySegment counter = arena.allocate(JAVA_LONG);
            long count = (long) READ.invokeExact(state.segment(), eventFd, counter, 8L);
            if (count < 0 && state.errno() == Errno.EAGAIN.number()) {
                return 0;
            }
            check((int) count, state);
            return counter.get(JAVA_LONG, 0);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Adds to the counter of an eventfd. */
    public static void put(int eventFd, long value) {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = new CallState();
            long count = (long) WRITE.invokeExact(state.segment(), eventFd, arena.allocateFrom(JAVA_LONG, value), 8L);
            check((int) count, state);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    public static void close(int... fds) {
        for (int fd : fds) {
            Descriptors.close(fd);
        }
    }

    /**
     * How many sockets, eventfds, pipes and shared memory files this process has open; the virtual machine opens other
     * files when it likes.
     */
    public static long openDescriptors() {
        return Stream.of(new File("/proc/self/fd").listFiles())
                .filter(Peer::isOfInterest)
                .count();
    }

    /** How many mappings of files this process has whose name contains a text. */
    public static long mappings(String name) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(name)).count();
        }
    }

    /** Sends bytes with descriptors, which stay open here. */
    public static void send(UnixConnection connection, byte[] bytes, int... fds) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocateFrom(JAVA_BYTE, bytes);
            if (fds.length == 0) {
                connection.send(data, bytes.length);
                return;
            }
            MemorySegment vector = arena.allocate(16, 8);
            vector.set(JAVA_LONG, 0, data.address());
            vector.set(JAVA_LONG, 8, bytes.length);
            long length = 16 + 4L * fds.length;
            MemorySegment control = arena.allocate((length + 7) & -8, 8);
            control.set(JAVA_LONG, 0, length);
            control.set(JAVA_INT, 8, ReceiveHeaderLayout.SOL_SOCKET);
            control.set(JAVA_INT, 12, ReceiveHeaderLayout.SCM_RIGHTS);
            for (int i = 0; i < fds.length; i++) {
                control.set(JAVA_INT, 16 + 4L * i, fds[i]);
            }
            MemorySegment header = arena.allocate(56, 8);
            header.set(JAVA_LONG, 16, vector.address());
            header.set(JAVA_LONG, 24, 1);
            header.set(JAVA_LONG, 32, control.address());
            header.set(JAVA_LONG, 40, control.byteSize());
            CallState state = new CallState();
            long sent;
            try {
                sent = (long)
                        SENDMSG.invokeExact(state.segment(), connection.socket().fd(), header, MSG_NOSIGNAL);
            } catch (Throwable t) {
                throw new AssertionError(t);
            }
            if (sent < 0) {
                throw state.failure("sendmsg", "to the server");
            }
            if (sent < bytes.length) {
                throw new IOException("sent only " + sent + " bytes");
            }
        }
    }

    /** Descriptors as if they had been received. */
    public static ReceivedDescriptors received(int... fds) {
        ReceivedDescriptors received = new ReceivedDescriptors();
        for (int fd : fds) {
            received.add(fd);
        }
        return received;
    }

    private static boolean isOfInterest(File fd) {
        try {
            String target = Files.readSymbolicLink(fd.toPath()).toString();
            return Stream.of("socket:", "anon_inode:[eventfd]", "pipe:", "/memfd:")
                    .anyMatch(target::startsWith);
        } catch (IOException e) {
            return false;
        }
    }

    private static int check(int result, CallState state) {
        if (result < 0) {
            throw new AssertionError(state.failure("call", "of the test"));
        }
        return result;
    }
}
