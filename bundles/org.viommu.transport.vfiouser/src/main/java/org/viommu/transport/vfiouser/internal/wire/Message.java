// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.viommu.transport.vfiouser.internal.os.ReceivedDescriptors;
import org.viommu.transport.vfiouser.internal.os.UnixConnection;

/**
 * The message that is being served: one buffer for all messages of a connection, in which the reply takes the place of
 * the command. Confined to one thread.
 */
public final class Message {
    /**
     * Most data in one region access, in bytes. Far more than a guest's instruction moves; configuration space is read
     * at once.
     */
    public static final int MAX_DATA = 0x10000;

    /** Size of the longest message, header included. */
    public static final int MAX_SIZE = HeaderLayout.LENGTH + RegionAccessLayout.DATA + MAX_DATA;

    private static final int KNOWN_FLAGS = HeaderLayout.TYPE_MASK | HeaderLayout.FLAG_NO_REPLY;

    private final MemorySegment segment = Arena.ofAuto().allocate(MAX_SIZE, Long.BYTES);
    private final MemorySegment bodySegment = segment.asSlice(HeaderLayout.LENGTH);
    private final ByteBuffer header = segment.asByteBuffer().order(ByteOrder.nativeOrder());
    private final ByteBuffer body = bodySegment.asByteBuffer().order(ByteOrder.nativeOrder());
    private final ByteBuffer data = bodySegment.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    private final ReceivedDescriptors descriptors = new ReceivedDescriptors();

    private Command command = Command.UNKNOWN;
    private boolean replyWanted;

    /**
     * Receives the next command.
     *
     * @return false if the peer closed the connection before it
     */
    public boolean receive(UnixConnection connection) throws IOException, ProtocolViolation {
        if (!connection.receive(segment, HeaderLayout.LENGTH, descriptors)) {
            return false;
        }
        command = Command.of(Short.toUnsignedInt(header.getShort(HeaderLayout.COMMAND)));
        int size = header.getInt(HeaderLayout.SIZE);
        if (Integer.compareUnsigned(size, HeaderLayout.LENGTH) < 0 || Integer.compareUnsigned(size, MAX_SIZE) > 0) {
            throw violation("message size %s is not in %d-%d"
                    .formatted(Integer.toUnsignedString(size), HeaderLayout.LENGTH, MAX_SIZE));
        }
        int flags = header.getInt(HeaderLayout.FLAGS);
        if ((flags & HeaderLayout.TYPE_MASK) != 0 || (flags & ~KNOWN_FLAGS) != 0) {
            throw violation("flags 0x%x are not those of a command".formatted(flags));
        }
        if (descriptors.truncated()) {
            throw violation("more than " + ReceivedDescriptors.MAX + " file descriptors");
        }
        replyWanted = (flags & HeaderLayout.FLAG_NO_REPLY) == 0;
        body.limit(size - HeaderLayout.LENGTH);
        connection.receive(bodySegment, body.limit());
        return true;
    }

    /** What the command asks for. */
    public Command command() {
        return command;
    }

    /** The body of the command, to be read at absolute offsets; its limit is the length. */
    public ByteBuffer body() {
        return body;
    }

    /** A part of the body as data of the device. The same buffer at each call. */
    public ByteBuffer data(int offset, int length) {
        return data.limit(offset + length).position(offset);
    }

    /** The file descriptors that came with the command. */
    public ReceivedDescriptors descriptors() {
        return descriptors;
    }

    /** Makes it the reply, whose body has this length and begins with what is in it now. */
    public ByteBuffer reply(int length) {
        putHeader(length, HeaderLayout.TYPE_REPLY, 0);
        return body;
    }

    /** Makes it a reply that says that the command failed. */
    public void replyError(int errno) {
        putHeader(0, HeaderLayout.TYPE_REPLY | HeaderLayout.FLAG_ERROR, errno);
    }

    /** Sends the reply, if the peer wants one. */
    public void sendReply(UnixConnection connection) throws IOException {
        if (replyWanted) {
            connection.send(segment, header.getInt(HeaderLayout.SIZE));
        }
    }

    /** Lets go of the message: closes the descriptors that nobody took. */
    public void release() {
        descriptors.close();
    }

    /** Refuses any other length of the body. */
    public void requireLength(int length) throws ProtocolViolation {
        if (body.limit() != length) {
            throw violation("body of %d bytes instead of %d".formatted(body.limit(), length));
        }
    }

    /** Refuses a shorter body. */
    public void requireMinimum(int length) throws ProtocolViolation {
        if (body.limit() < length) {
            throw violation("body of %d bytes instead of at least %d".formatted(body.limit(), length));
        }
    }

    /** Refuses more file descriptors. */
    public void allowDescriptors(int max) throws ProtocolViolation {
        if (descriptors.count() > max) {
            throw violation("%d file descriptors instead of at most %d".formatted(descriptors.count(), max));
        }
    }

    /** Refuses an {@code argsz} below the size of the structure that it speaks of. */
    public void requireArgsz(int offset, int minimum) throws ProtocolViolation {
        int argsz = body.getInt(offset);
        if (Integer.compareUnsigned(argsz, minimum) < 0) {
            throw violation("argsz %s is below %d".formatted(Integer.toUnsignedString(argsz), minimum));
        }
    }

    /** A violation in this message. */
    public ProtocolViolation violation(String text) {
        String name = command == Command.UNKNOWN
                ? "command " + Short.toUnsignedInt(header.getShort(HeaderLayout.COMMAND))
                : command.name();
        return new ProtocolViolation(name, text);
    }

    private void putHeader(int bodyLength, int flags, int errno) {
        header.putInt(HeaderLayout.SIZE, HeaderLayout.LENGTH + bodyLength);
        header.putInt(HeaderLayout.FLAGS, flags);
        header.putInt(HeaderLayout.ERROR, errno);
        body.limit(bodyLength);
    }
}
