// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * The mappings of a table as plain data, to be kept, sent or compared, and put into a table of any store again. All numbers are big-endian.
 *
 * <pre>
 *  byte 0       4         8
 *      +-------+---------+- - - - - - -+- - - - - - -+-------+---------------+-------+
 *      | magic | version | mapping     | mapping …   |   0   | mappings (8)  | CRC32C|
 *      +-------+---------+- - - - - - -+- - - - - - -+-------+---------------+-------+
 *
 * mapping
 *      +-------+-------+-----------+-----------+--------------+
 *      |   1   | flags | start (8) |  end (8)  | physical (8) |
 *      +-------+-------+-----------+-----------+--------------+
 * </pre>
 *
 * <p>Fields without a number have 4 bytes. Mappings come in ascending order. The checksum is over everything before it.
 */
public final class MappingSnapshot {
    /** Version of the format. A reader refuses any other. */
    public static final int VERSION = 1;

    private static final int MAGIC = 0x564d4150; // "VMAP"
    private static final int MAPPING = 1;
    private static final int END = 0;

    private MappingSnapshot() {}

    /**
     * Writes all mappings of a table. While the table is being changed, what changes may or may not be included.
     *
     * @param table to be read
     * @param target where to; not closed
     * @return how many mappings were written
     * @throws IOException if writing fails
     */
    public static long write(MappingTable table, OutputStream target) throws IOException {
        CheckedOutputStream checked = new CheckedOutputStream(target, new CRC32C());
        DataOutputStream data = new DataOutputStream(checked);
        data.writeInt(MAGIC);
        data.writeInt(VERSION);
        Writer writer = new Writer(data);
        table.forEach(0, writer);
        if (writer.failure != null) {
            throw writer.failure;
        }
        data.writeInt(END);
        data.writeLong(writer.count);
        data.writeInt((int) checked.getChecksum().getValue());
        data.flush();
        return writer.count;
    }

    /**
     * Puts all mappings of a snapshot into a table. If that fails, the table holds some of them and is to be closed.
     *
     * @param source where from; not read beyond the snapshot's end, and not closed
     * @param table into which to put them, usually empty
     * @return how many mappings were read
     * @throws SnapshotFault if the data is not a snapshot of this version, is damaged or cut off, or does not fit into the table
     * @throws IOException if reading fails
     */
    public static long restore(InputStream source, MappingTable table) throws IOException {
        CheckedInputStream checked = new CheckedInputStream(source, new CRC32C());
        DataInputStream data = new DataInputStream(checked);
        long count = 0;
        try {
            if (data.readInt() != MAGIC) {
                throw new SnapshotFault("not a snapshot of mappings: it does not begin with VMAP");
            }
            int version = data.readInt();
            if (version != VERSION) {
                throw new SnapshotFault("version " + version + " of the format is not known, only " + VERSION);
            }
            for (int kind = data.readInt(); kind != END; kind = data.readInt()) {
                if (kind != MAPPING) {
                    throw new SnapshotFault("damaged behind mapping " + count + ": neither a mapping nor the end");
                }
                restoreOne(data, table, count);
                count++;
            }
            if (data.readLong() != count) {
                throw new SnapshotFault("damaged: mappings are missing, there are only " + count);
            }
            int sum = (int) checked.getChecksum().getValue();
            if (data.readInt() != sum) {
                throw new SnapshotFault("damaged: the checksum does not match");
            }
        } catch (EOFException e) {
            throw new SnapshotFault("cut off behind mapping " + count);
        }
        return count;
    }

    private static void restoreOne(DataInputStream data, MappingTable table, long number) throws IOException {
        int flags = data.readInt();
        long start = data.readLong();
        long end = data.readLong();
        long physical = data.readLong();
        boolean ordered = Long.compareUnsigned(start, end) <= 0;
        boolean fits = Long.compareUnsigned(physical, physical + (end - start)) <= 0;
        MapResult result = ordered && fits ? table.map(start, end, physical, flags) : MapResult.OVERLAP;
        if (result != MapResult.OK) {
            throw new SnapshotFault("mapping %d, [0x%x..0x%x] to 0x%x, cannot be restored: %s"
                    .formatted(number, start, end, physical, ordered && fits ? result : "no such range"));
        }
    }

    private static final class Writer implements MappingTable.Visitor {
        private final DataOutputStream data;
        private long count;
        private IOException failure;

        Writer(DataOutputStream data) {
            this.data = data;
        }

        @Override
        public boolean visit(long start, long end, long physical, int flags) {
            try {
                data.writeInt(MAPPING);
                data.writeInt(flags);
                data.writeLong(start);
                data.writeLong(end);
                data.writeLong(physical);
                count++;
                return true;
            } catch (IOException e) {
                failure = e;
                return false;
            }
        }
    }
}
