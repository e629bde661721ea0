// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A connected UNIX stream socket that takes file descriptors. One thread uses it; any thread may {@linkplain
 * #shutdown() wake} that one.
 */
public final class UnixConnection implements Closeable {
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;

    private static final MethodHandle CONNECT =
            Libc.function("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle RECVMSG =
            Libc.function("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle RECV =
            Libc.function("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SEND =
            Libc.function("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private static final MethodHandle POLL =
            Libc.function("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private final CallState state = new CallState();
    private final MemorySegment awaited = Arena.ofAuto().allocate(PollLayout.STRUCTURE);
    private final MemorySegment header = ReceiveHeaderLayout.allocate(Arena.ofAuto());
    private final SocketDescriptor socket;

    UnixConnection(SocketDescriptor socket) {
        this.socket = socket;
    }

    /**
     * Connects to a listening socket.
     *
     * @param wait whether to wait for room in its queue; if not, a full queue is EAGAIN
     * @throws IllegalArgumentException if the path is too long
     * @throws IOException if the system refuses; ECONNREFUSED if nobody listens
     */
    public static UnixConnection connect(Path path, boolean wait) throws IOException {
        UnixConnection connection = new UnixConnection(SocketDescriptor.create(wait ? 0 : SOCK_NONBLOCK));
        try (Arena arena = Arena.ofConfined()) {
            connection.connect(SocketAddressLayout.of(path, arena), path);
            return connection;
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Waits until there is something to receive, be it that the peer closed.
     *
     * @param millis how long at most, at least 0
     * @return false if nothing came
     * @throws IOException if the system refuses
     */
    public boolean awaitInput(int millis) throws IOException {
        while (true) {
            PollLayout.prepare(awaited, socket.fd());
            int ready;
            try {
                ready = (int) POLL.invokeExact(state.segment(), awaited, 1L, millis);
            } catch (Throwable t) {
                throw Libc.unexpected(t);
            }
            if (ready >= 0) {
                return ready > 0;
            }
            failUnlessInterrupted("poll");
        }
    }

    /**
     * Receives bytes, and the file descriptors that come with the first of them.
     *
     * @param target receives {@code length} bytes
     * @param descriptors receives the descriptors
     * @return false if the peer closed before the first byte
     * @throws EOFException if the peer closed after it
     * @throws IOException if the system refuses
     */
    public boolean receive(MemorySegment target, long length, ReceivedDescriptors descriptors) throws IOException {
        long done = receiveFirst(target, length, descriptors);
        if (done == 0) {
            return false;
        }
        receiveRest(target, done, length);
        return true;
    }

    /**
     * Receives bytes. The kernel closes descriptors that come with them.
     *
     * @param target receives {@code length} bytes
     * @throws EOFException if the peer closed
     * @throws IOException if the system refuses
     */
    public void receive(MemorySegment target, long length) throws IOException {
        receiveRest(target, 0, length);
    }

    /**
     * Sends bytes.
     *
     * @throws IOException if the system refuses; EPIPE if the peer closed
     */
    public void send(MemorySegment source, long length) throws IOException {
        for (long done = 0; done < length; ) {
            MemorySegment rest = done == 0 ? source : source.asSlice(done);
            long sent;
            try {
                sent = (long) SEND.invokeExact(state.segment(), socket.fd(), rest, length - done, MSG_NOSIGNAL);
            } catch (Throwable t) {
                throw Libc.unexpected(t);
            }
            if (sent < 0) {
                failUnlessInterrupted("send");
            } else {
                done += sent;
            }
        }
    }

    /** Makes the present and all later calls end as if the peer had closed. Any thread. */
    public void shutdown() {
        socket.shutdown();
    }

    @Override
    public void close() {
        socket.close();
    }

    SocketDescriptor socket() {
        return socket;
    }

    private void connect(MemorySegment address, Path path) throws IOException {
        int result;
        try {
            result = (int) CONNECT.invokeExact(state.segment(), socket.fd(), address, SocketAddressLayout.SIZE);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
        if (result != 0) {
            throw state.failure("connect", path);
        }
    }

    private long receiveFirst(MemorySegment target, long length, ReceivedDescriptors descriptors) throws IOException {
        while (true) {
            ReceiveHeaderLayout.prepare(header, target, length);
            long received;
            try {
                received = (long) RECVMSG.invokeExact(state.segment(), socket.fd(), header, MSG_CMSG_CLOEXEC);
            } catch (Throwable t) {
                throw Libc.unexpected(t);
            }
            if (received > 0) {
                ReceiveHeaderLayout.collect(header, descriptors);
                return received;
            }
            if (received == 0) {
                return 0;
            }
            failUnlessInterrupted("recvmsg");
        }
    }

    private void receiveRest(MemorySegment target, long from, long length) throws IOException {
        for (long done = from; done < length; ) {
            MemorySegment rest = done == 0 ? target : target.asSlice(done);
            long received;
            try {
                received = (long) RECV.invokeExact(state.segment(), socket.fd(), rest, length - done, 0);
            } catch (Throwable t) {
                throw Libc.unexpected(t);
            }
            if (received == 0) {
                throw new EOFException("the peer closed inside a message");
            }
            if (received < 0) {
                failUnlessInterrupted("recv");
            } else {
                done += received;
            }
        }
    }

    private void failUnlessInterrupted(String call) throws IOException {
        if (!state.interrupted()) {
            throw state.failure(call, "on a connection");
        }
    }
}
