// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The file that all stores are driven by, native ones too ({@code native/harness.h}). All numbers are 64-bit little-endian.
 *
 * <pre>
 * file      magic, number of sections, sections
 * section   kind, name (8 bytes, padded with zeros), number of records, records
 * request   UNMAP or flags &lt;&lt; 8, first address, last address, guest-physical address
 * look-up   address
 * </pre>
 */
final class TraceFile implements AutoCloseable {
    /** The kinds of sections, in the order of their numbers. */
    enum Kind {
        REQUESTS(4),
        /** Look-ups of which each waits for the answer to the one before. */
        DEPENDENT(1),
        INDEPENDENT(1),
        /** Asks how much memory the store takes now. */
        MEMORY(0);

        final int words;

        Kind(int words) {
            this.words = words;
        }
    }

    /**
     * One section without its records.
     *
     * @param kind of the records
     * @param name as in the report
     * @param count of the records; of a memory section the number of mappings
     */
    record Section(Kind kind, String name, int count) {}

    static final long UNMAP = 1;
    static final int FLAGS_SHIFT = 8;

    private static final long MAGIC = 0x3165_6361_7274_7676L;
    private static final int NAME_LENGTH = 8;

    private final FileChannel channel;
    private final LongBuffer words;
    private final int sections;

    private TraceFile(FileChannel channel, LongBuffer words) {
        this.channel = channel;
        this.words = words;
        if (words.get() != MAGIC) {
            throw new IllegalArgumentException("no trace");
        }
        sections = (int) words.get();
    }

    static TraceFile open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        return new TraceFile(channel, bytes.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer());
    }

    int sections() {
        return sections;
    }

    void rewind() {
        words.position(2);
    }

    /** The next section; its records follow. */
    Section next() {
        Kind kind = Kind.values()[(int) words.get()];
        ByteBuffer name = ByteBuffer.allocate(NAME_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        name.putLong(words.get());
        return new Section(kind, new String(name.array(), StandardCharsets.US_ASCII).trim(), (int) words.get());
    }

    /** The records of the section that was returned last. */
    long[] records(Section section) {
        long[] records = new long[section.count() * section.kind().words];
        words.get(records);
        return records;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Collects sections and writes them. */
    static final class Writer {
        private record Written(Section section, long[] records) {}

        private final List<Written> sections = new ArrayList<>();

        void add(Kind kind, String name, long[] records, int length) {
            sections.add(new Written(new Section(kind, name, length / kind.words), Arrays.copyOf(records, length)));
        }

        void addMemory(int mappings) {
            sections.add(new Written(new Section(Kind.MEMORY, "memory", mappings), new long[0]));
        }

        void write(Path file) throws IOException {
            try (FileChannel channel = FileChannel.open(
                    file,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE)) {
                long length = 2;
                for (Written written : sections) {
                    length += 3 + written.records().length;
                }
                LongBuffer words = channel.map(FileChannel.MapMode.READ_WRITE, 0, length * Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asLongBuffer();
                words.put(MAGIC).put(sections.size());
                for (Written written : sections) {
                    byte[] name = written.section().name().getBytes(StandardCharsets.US_ASCII);
                    words.put(written.section().kind().ordinal())
                            .put(ByteBuffer.wrap(Arrays.copyOf(name, NAME_LENGTH))
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .getLong())
                            .put(written.section().count())
                            .put(written.records());
                }
            }
        }
    }
}
