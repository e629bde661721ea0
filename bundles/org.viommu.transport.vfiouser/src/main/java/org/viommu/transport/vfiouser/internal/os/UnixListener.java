// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** A UNIX stream socket that listens. One thread accepts; any thread may {@linkplain #shutdown() wake} it. */
public final class UnixListener implements Closeable {
    private static final int SOCK_CLOEXEC = 0x80000;
    /** Read and write for the owner only. */
    private static final int MODE = 0600;
    /** One VMM is served at a time; the next one may wait. */
    private static final int BACKLOG = 1;

    private static final MethodHandle FCHMOD =
            Libc.function("fchmod", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND =
            Libc.function("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle LISTEN =
            Libc.function("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle ACCEPT =
            Libc.function("accept4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));

    private final CallState state = new CallState();
    private final SocketDescriptor socket;
    private final Path path;

    private UnixListener(SocketDescriptor socket, Path path) {
        this.socket = socket;
        this.path = path;
    }

    /**
     * Creates the socket file, with mode 0600, and listens.
     *
     * @throws IllegalArgumentException if the path is too long
     * @throws IOException if the system refuses; EADDRINUSE if the file exists
     */
    public static UnixListener bind(Path path) throws IOException {
        UnixListener listener = new UnixListener(SocketDescriptor.create(0), path);
        try (Arena arena = Arena.ofConfined()) {
            listener.bind(SocketAddressLayout.of(path, arena));
            return listener;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    /**
     * Waits for a peer.
     *
     * @throws IOException if the system refuses, or after a {@link #shutdown()}
     */
    public UnixConnection accept() throws IOException {
        while (true) {
            int fd;
            try {
                fd = (int) ACCEPT.invokeExact(
                        state.segment(), socket.fd(), MemorySegment.NULL, MemorySegment.NULL, SOCK_CLOEXEC);
            } catch (Throwable t) {
                throw Libc.unexpected(t);
            }
            if (fd >= 0) {
                return new UnixConnection(new SocketDescriptor(fd));
            }
            if (!state.interrupted()) {
                throw state.failure("accept", path);
            }
        }
    }

    /** Makes the present and all later {@link #accept()} fail. Any thread. */
    public void shutdown() {
        socket.shutdown();
    }

    /** Closes the socket; the file stays. */
    @Override
    public void close() {
        socket.close();
    }

    private void bind(MemorySegment address) throws IOException {
        try {
            // Before bind: the file then appears with this mode at once, whatever the umask of the process allows
            // others.
            check((int) FCHMOD.invokeExact(state.segment(), socket.fd(), MODE), "fchmod");
            check((int) BIND.invokeExact(state.segment(), socket.fd(), address, SocketAddressLayout.SIZE), "bind");
            check((int) LISTEN.invokeExact(state.segment(), socket.fd(), BACKLOG), "listen");
        } catch (IOException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    private void check(int result, String call) throws IOException {
        if (result != 0) {
            throw state.failure(call, path);
        }
    }
}
