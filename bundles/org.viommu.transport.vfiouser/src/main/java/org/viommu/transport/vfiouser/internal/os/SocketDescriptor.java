// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.Closeable;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/**
 * The descriptor of an open socket. Its owner, one thread, uses and closes it; any other thread may shut it down, which
 * wakes the owner from a call that waits. The lock keeps a late shutdown from hitting a number that the kernel has
 * given to someone else.
 */
final class SocketDescriptor implements Closeable {
    private static final int AF_UNIX = SocketAddressLayout.AF_UNIX;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SHUT_RDWR = 2;

    private static final MethodHandle SOCKET =
            Libc.function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SHUTDOWN =
            Libc.functionWithoutErrno("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private final int fd;
    private boolean closed;

    /** Takes over an open descriptor. */
    SocketDescriptor(int fd) {
        this.fd = fd;
    }

    /** Creates a UNIX stream socket with further flags of socket(2). */
    static SocketDescriptor create(int flags) throws SystemCallException {
        CallState state = new CallState();
        int fd;
        try {
            fd = (int) SOCKET.invokeExact(state.segment(), AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
        if (fd < 0) {
            throw state.failure("socket", "AF_UNIX");
        }
        return new SocketDescriptor(fd);
    }

    /** The number, for calls of the owner. */
    int fd() {
        return fd;
    }

    /** Ends both directions and wakes the owner. Any thread. */
    synchronized void shutdown() {
        if (!closed) {
            try {
                int ignored = (int) SHUTDOWN.invokeExact(fd, SHUT_RDWR);
            } catch (Throwable t) {
                throw Libc.unexpected(t);
            }
        }
    }

    /** Frees the number. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Descriptors.close(fd);
        }
    }
}
