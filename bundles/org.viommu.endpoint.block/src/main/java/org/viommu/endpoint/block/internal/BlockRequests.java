// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.endpoint.block.BlockRequestLayout;
import org.viommu.endpoint.block.BlockRequestType;
import org.viommu.endpoint.block.BlockStatus;
import org.viommu.endpoint.block.WriteZeroesLayout;
import org.viommu.memory.AccessFault;
import org.viommu.virtqueue.Chain;

/**
 * Serves the requests of one session.
 *
 * <p>Data goes through a buffer of its own. The file could read and write guest memory in place, but an access to guest memory holds up every UNMAP until it
 * ends, and a disk may take its time; so guest memory is accessed only while bytes are copied. Allocates nothing for a request that succeeds.
 *
 * <p>Confined to the thread of the session.
 */
final class BlockRequests {
    private static final Logger LOG = LoggerFactory.getLogger(BlockRequests.class);
    private static final int BUFFER_SIZE = 1 << 17;

    private final String name;
    private final FileDisk disk;
    private final boolean keepEachWrite;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_SIZE);
    private final ByteBuffer serial = ByteBuffer.allocate(BlockRequestLayout.ID_SIZE);

    /** Bytes of the writable part, from its start on, that the present request has written. */
    private long written;

    private boolean failureLogged;

    /**
     * Prepares a session.
     *
     * @param name of the device, for logs
     * @param serial at most {@link BlockRequestLayout#ID_SIZE} ASCII characters
     * @param keepEachWrite whether a write is answered only when it is on the medium
     */
    BlockRequests(String name, FileDisk disk, String serial, boolean keepEachWrite) {
        this.name = name;
        this.disk = disk;
        this.keepEachWrite = keepEachWrite;
        this.serial.put(0, serial.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Serves one request.
     *
     * @return how many bytes of the writable part have been written without a gap from its start on; 0 if not even the status could be written
     */
    int serve(Chain chain) {
        written = 0;
        long room = chain.writableLength() - BlockRequestLayout.STATUS_SIZE;
        if (room < 0) {
            return 0;
        }
        BlockStatus status = perform(chain, room);
        try {
            chain.writeByte(room, (byte) status.value());
        } catch (AccessFault fault) {
            return 0;
        }
        return (int) (written == room ? room + BlockRequestLayout.STATUS_SIZE : written);
    }

    private BlockStatus perform(Chain chain, long room) {
        try {
            if (chain.readableLength() < BlockRequestLayout.HEADER_SIZE) {
                return BlockStatus.IOERR;
            }
            BlockRequestType type = BlockRequestType.of(chain.readInt(BlockRequestLayout.TYPE));
            return type == null ? BlockStatus.UNSUPP : perform(type, chain, room);
        } catch (AccessFault fault) {
            return BlockStatus.IOERR;
        } catch (IOException e) {
            report(e);
            return BlockStatus.IOERR;
        }
    }

    private BlockStatus perform(BlockRequestType type, Chain chain, long room) throws AccessFault, IOException {
        return switch (type) {
            case IN -> read(chain, room);
            case OUT -> disk.readOnly() ? BlockStatus.IOERR : write(chain);
            case FLUSH -> flush();
            case GET_ID -> identify(chain, room);
            case WRITE_ZEROES -> disk.readOnly() ? BlockStatus.IOERR : zero(chain);
        };
    }

    private BlockStatus read(Chain chain, long room) throws AccessFault, IOException {
        long sector = chain.readLong(BlockRequestLayout.SECTOR);
        if (!disk.holds(sector, room)) {
            return BlockStatus.IOERR;
        }
        long position = sector * BlockRequestLayout.SECTOR_SIZE;
        while (written < room) {
            buffer.clear().limit((int) Math.min(room - written, BUFFER_SIZE));
            disk.read(position + written, buffer);
            chain.write(written, buffer.flip());
            written += buffer.limit();
        }
        return BlockStatus.OK;
    }

    private BlockStatus write(Chain chain) throws AccessFault, IOException {
        long sector = chain.readLong(BlockRequestLayout.SECTOR);
        long length = chain.readableLength() - BlockRequestLayout.HEADER_SIZE;
        if (!disk.holds(sector, length)) {
            return BlockStatus.IOERR;
        }
        long position = sector * BlockRequestLayout.SECTOR_SIZE;
        for (long done = 0; done < length; done += buffer.limit()) {
            buffer.clear().limit((int) Math.min(length - done, BUFFER_SIZE));
            chain.read(BlockRequestLayout.HEADER_SIZE + done, buffer);
            disk.write(position + done, buffer.flip());
        }
        return keep();
    }

    private BlockStatus zero(Chain chain) throws AccessFault, IOException {
        int range = BlockRequestLayout.HEADER_SIZE;
        if (chain.readableLength() != range + WriteZeroesLayout.SIZE) {
            return BlockStatus.IOERR;
        }
        if ((chain.readInt(range + WriteZeroesLayout.FLAGS) & ~WriteZeroesLayout.FLAG_UNMAP) != 0) {
            return BlockStatus.UNSUPP;
        }
        long sector = chain.readLong(range + WriteZeroesLayout.SECTOR);
        long count = Integer.toUnsignedLong(chain.readInt(range + WriteZeroesLayout.COUNT));
        long length = count * BlockRequestLayout.SECTOR_SIZE;
        if (count > BlockConfig.MAX_WRITE_ZEROES_SECTORS || !disk.holds(sector, length)) {
            return BlockStatus.IOERR;
        }
        disk.zero(sector * BlockRequestLayout.SECTOR_SIZE, length);
        return keep();
    }

    private BlockStatus keep() throws IOException {
        return keepEachWrite ? flush() : BlockStatus.OK;
    }

    private BlockStatus flush() throws IOException {
        disk.flush();
        return BlockStatus.OK;
    }

    private BlockStatus identify(Chain chain, long room) throws AccessFault {
        serial.clear().limit((int) Math.min(room, BlockRequestLayout.ID_SIZE));
        chain.write(0, serial);
        written = serial.limit();
        return BlockStatus.OK;
    }

    /** Logs the first failure of a session: a guest can repeat its request as fast as it likes. */
    private void report(IOException e) {
        if (!failureLogged) {
            failureLogged = true;
            LOG.warn("{}: the disk fails: {}", name, e.toString());
        }
    }
}
