// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An eventfd of a peer, eventfd(2).
 *
 * <p>{@link #signal()} may be called by any thread, even while another one closes: the number is given back to the
 * kernel only when the last write through it has ended, so that no write hits a number that means something else by
 * then. Neither waits for the other.
 */
public final class EventFd implements AutoCloseable {
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 0x800;

    private static final MethodHandle WRITE =
            Libc.functionWithoutErrno("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle FCNTL = Libc.function(
            "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));

    private static final MemorySegment ONE = Arena.global().allocateFrom(JAVA_LONG, 1);
    private static final VarHandle USES;

    static {
        try {
            USES = MethodHandles.lookup().findVarHandle(EventFd.class, "uses", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int fd;
    /** Writes that are under way, plus one until it is closed. Never leaves 0 again. */
    private volatile int uses = 1;

    private boolean closed;

    private EventFd(int fd) {
        this.fd = fd;
    }

    /**
     * Takes over a received descriptor.
     *
     * @throws IOException if it is no eventfd or the system refuses; the descriptor then stays where it is
     */
    public static EventFd take(ReceivedDescriptors descriptors, int index) throws IOException {
        int fd = descriptors.get(index);
        // Anything else could make a write wait, such as a pipe or a file on a network.
        String kind = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
        if (!kind.equals("anon_inode:[eventfd]")) {
            throw new SystemCallException("eventfd", "expected instead of " + kind, Errno.EINVAL.number());
        }
        makeNonBlocking(fd);
        return new EventFd(descriptors.take(index));
    }

    /**
     * Adds one to the counter, unless it is full, as then the peer has not read the last signal yet.
     *
     * @return false if it is closed
     */
    public boolean signal() {
        int seen;
        do {
            seen = uses;
            if (seen == 0) {
                return false;
            }
        } while (!USES.compareAndSet(this, seen, seen + 1));
        try {
            long ignored = (long) WRITE.invokeExact(fd, ONE, (long) Long.BYTES);
            return true;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            release();
        }
    }

    /** Gives the descriptor back once no write uses it. Idempotent; called by one thread. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            release();
        }
    }

    private void release() {
        if ((int) USES.getAndAdd(this, -1) == 1) {
            Descriptors.close(fd);
        }
    }

    /**
     * A full counter must not stop a device. Usually the peer has set the flag, which belongs to both sides, itself.
     */
    private static void makeNonBlocking(int fd) throws IOException {
        CallState state = new CallState();
        int flags = fcntl(state, fd, F_GETFL, 0);
        if ((flags & O_NONBLOCK) == 0) {
            fcntl(state, fd, F_SETFL, flags | O_NONBLOCK);
        }
    }

    private static int fcntl(CallState state, int fd, int command, int argument) throws IOException {
        int result;
        try {
            result = (int) FCNTL.invokeExact(state.segment(), fd, command, argument);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
        if (result < 0) {
            throw state.failure("fcntl", "of an eventfd");
        }
        return result;
    }
}
