// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.viommu.transport.vfiouser.internal.os.Peer;
import org.viommu.transport.vfiouser.internal.os.ReceivedDescriptors;
import org.viommu.transport.vfiouser.internal.os.UnixConnection;
import org.viommu.transport.vfiouser.internal.wire.Command;
import org.viommu.transport.vfiouser.internal.wire.HeaderLayout;

/** A VMM's side of a connection. */
final class VfioUserClient implements Closeable {
    /** What QEMU 11 proposes. */
    static final String QEMU_VERSION =
            "{\"capabilities\": {\"pgsizes\": 4096, \"max_msg_fds\": 16, \"max_dma_maps\": 65535,"
                    + " \"max_data_xfer_size\": 1048576, \"migration\": {\"max_bitmap_size\": 268435456, \"pgsize\": 4096},"
                    + " \"write_multiple\": true}}";

    private static final int ROOM = 1 << 17;

    private final UnixConnection connection;
    private final MemorySegment buffer = Arena.ofAuto().allocate(ROOM, 8);
    private final ReceivedDescriptors descriptors = new ReceivedDescriptors();
    private int nextId = 0xfff0;

    /** A reply: its error, or 0, and its body. */
    record Reply(int errno, ByteBuffer body) {}

    VfioUserClient(Path path) throws IOException {
        connection = UnixConnection.connect(path, true);
    }

    /** A client that has agreed on a version. */
    static VfioUserClient negotiated(Path path) throws IOException {
        VfioUserClient client = new VfioUserClient(path);
        client.version(0, 0, QEMU_VERSION + "\0");
        return client;
    }

    Reply version(int major, int minor, String data) throws IOException {
        byte[] text = data.getBytes(StandardCharsets.UTF_8);
        return request(
                Command.VERSION,
                bytes(4 + text.length)
                        .putShort((short) major)
                        .putShort((short) minor)
                        .put(text));
    }

    Reply dmaMap(int flags, long offset, long address, long size, int... fds) throws IOException {
        return request(
                Command.DMA_MAP,
                bytes(32)
                        .putInt(32)
                        .putInt(flags)
                        .putLong(offset)
                        .putLong(address)
                        .putLong(size),
                fds);
    }

    Reply dmaUnmap(int flags, long address, long size) throws IOException {
        return request(
                Command.DMA_UNMAP,
                bytes(24).putInt(24).putInt(flags).putLong(address).putLong(size));
    }

    Reply setIrqs(int flags, int index, int start, int count, int... fds) throws IOException {
        return request(Command.DEVICE_SET_IRQS, irqSet(20, flags, index, start, count), fds);
    }

    Reply irqInfo(int index) throws IOException {
        return request(
                Command.DEVICE_GET_IRQ_INFO,
                bytes(16).putInt(16).putInt(0).putInt(index).putInt(0));
    }

    Reply regionInfo(int index) throws IOException {
        return request(
                Command.DEVICE_GET_REGION_INFO, bytes(32).putInt(32).putInt(0).putInt(index));
    }

    Reply deviceInfo() throws IOException {
        return request(Command.DEVICE_GET_INFO, bytes(16).putInt(16));
    }

    Reply read(int region, long offset, int count) throws IOException {
        return request(Command.REGION_READ, access(0, region, offset, count));
    }

    Reply write(int region, long offset, byte... data) throws IOException {
        return request(
                Command.REGION_WRITE,
                access(data.length, region, offset, data.length).put(data));
    }

    void post(int region, long offset, byte... data) throws IOException {
        ByteBuffer body = access(data.length, region, offset, data.length).put(data);
        send(Command.REGION_WRITE.number(), HeaderLayout.FLAG_NO_REPLY, body);
    }

    Reply reset() throws IOException {
        return request(Command.DEVICE_RESET, bytes(0));
    }

    Reply request(Command command, ByteBuffer body, int... fds) throws IOException {
        return request(command.number(), body, fds);
    }

    Reply request(int command, ByteBuffer body, int... fds) throws IOException {
        int id = send(command, 0, body, fds);
        Reply reply = reply(id, command);
        if (reply == null) {
            throw new IOException("the server closed instead of a reply");
        }
        return reply;
    }

    int send(int command, int flags, ByteBuffer body, int... fds) throws IOException {
        int id = nextId++ & 0xffff;
        raw(message(id, command, flags, body), fds);
        return id;
    }

    void raw(byte[] bytes, int... fds) throws IOException {
        Peer.send(connection, bytes, fds);
    }

    /** Whether the server closes, with at most replies before. */
    boolean closedByServer() {
        try {
            while (connection.receive(buffer, 1, descriptors)) {
                // What was sent before does not matter.
            }
        } catch (IOException e) {
            // The server closed with bytes unread: as good.
        }
        return true;
    }

    Reply reply(int id, int command) throws IOException {
        if (!connection.receive(buffer, HeaderLayout.LENGTH, descriptors)) {
            return null;
        }
        ByteBuffer header = buffer.asByteBuffer().order(ByteOrder.nativeOrder());
        int size = header.getInt(HeaderLayout.SIZE);
        int flags = header.getInt(HeaderLayout.FLAGS);
        int errno = header.getInt(HeaderLayout.ERROR);
        if (Short.toUnsignedInt(header.getShort(HeaderLayout.ID)) != id
                || header.getShort(HeaderLayout.COMMAND) != command
                || (flags & ~HeaderLayout.FLAG_ERROR) != HeaderLayout.TYPE_REPLY
                || (flags == HeaderLayout.TYPE_REPLY) != (errno == 0)
                || errno != 0 && size != HeaderLayout.LENGTH) {
            throw new AssertionError("no reply to %d/%d: %s".formatted(id, command, header));
        }
        connection.receive(buffer, size - HeaderLayout.LENGTH);
        byte[] body = buffer.asSlice(0, size - HeaderLayout.LENGTH).toArray(ValueLayout.JAVA_BYTE);
        return new Reply(errno, ByteBuffer.wrap(body).order(ByteOrder.nativeOrder()));
    }

    static byte[] message(int id, int command, int flags, ByteBuffer body) {
        return bytes(HeaderLayout.LENGTH + body.capacity())
                .putShort((short) id)
                .putShort((short) command)
                .putInt(HeaderLayout.LENGTH + body.capacity())
                .putInt(flags)
                .putInt(0)
                .put(body.clear())
                .array();
    }

    static ByteBuffer irqSet(int length, int flags, int index, int start, int count) {
        return bytes(length)
                .putInt(length)
                .putInt(flags)
                .putInt(index)
                .putInt(start)
                .putInt(count);
    }

    static ByteBuffer access(int room, int region, long offset, int count) {
        return bytes(16 + room).putLong(offset).putInt(region).putInt(count);
    }

    static ByteBuffer bytes(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        connection.close();
    }
}
