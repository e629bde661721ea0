// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.endpoint.block.BlockFeatures;
import org.viommu.endpoint.block.BlockRequestLayout;
import org.viommu.endpoint.block.BlockRequestType;
import org.viommu.endpoint.block.BlockStatus;
import org.viommu.endpoint.block.WriteZeroesLayout;
import org.viommu.memory.AccessFault;
import org.viommu.testkit.device.DeviceRig;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;

class BlockRequestsTest {
    private static final int SECTORS = 1024;
    private static final int SECTOR = BlockRequestLayout.SECTOR_SIZE;
    private static final int UNWRITTEN = 0xee;

    private static final long HEADER = DeviceRig.BUFFERS;
    private static final long STATUS = DeviceRig.BUFFERS + 0x100;
    private static final long DATA = DeviceRig.BUFFERS + 0x1000;

    @TempDir
    Path folder;

    private final byte[] content = new byte[SECTORS * SECTOR];
    private Path file;
    private FileDisk disk;
    private DeviceRig rig;

    @BeforeEach
    void start() throws Exception {
        new Random(1).nextBytes(content);
        file = Files.write(folder.resolve("disk"), content);
        open(false, BlockFeatures.FLUSH);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
        disk.close();
    }

    private void open(boolean readOnly, long features) throws IOException, RingFault {
        disk = FileDisk.open(file, readOnly);
        rig = new DeviceRig(new BlockDevice("vm1/disk0", disk, "serial-1", RingFeatures.SUPPORTED, 0), features);
    }

    private void reopen(boolean readOnly, long features) throws IOException, RingFault {
        stop();
        open(readOnly, features);
    }

    private void header(int type, long sector) throws AccessFault {
        rig.memory().putInt(HEADER + BlockRequestLayout.TYPE, type);
        rig.memory().putLong(HEADER + BlockRequestLayout.SECTOR, sector);
        rig.memory().putByte(STATUS, (byte) UNWRITTEN);
    }

    /** Sends header and status with data for the device to write between them; returns the used length. */
    private long in(int type, long sector, long address, long length) throws AccessFault, RingFault {
        header(type, sector);
        return length == 0
                ? rig.submit(new long[] {HEADER, 16, STATUS, 1}, 1)
                : rig.submit(new long[] {HEADER, 16, address, length, STATUS, 1}, 1);
    }

    /** Sends header and status with data for the device to read between them; returns the used length. */
    private long out(BlockRequestType type, long sector, long address, long length) throws AccessFault, RingFault {
        header(type.value(), sector);
        return rig.submit(new long[] {HEADER, 16, address, length, STATUS, 1}, 2);
    }

    private long read(long sector, long length) throws AccessFault, RingFault {
        return in(BlockRequestType.IN.value(), sector, DATA, length);
    }

    private int status() throws AccessFault {
        return rig.memory().getByte(STATUS) & 0xff;
    }

    private void assertStatus(BlockStatus expected) throws AccessFault {
        assertThat(status()).isEqualTo(expected.value());
    }

    private byte[] sectors(int first, int count) {
        return Arrays.copyOfRange(content, first * SECTOR, (first + count) * SECTOR);
    }

    @Test
    void read_gives_the_sectors_and_counts_data_and_status_as_written() throws Exception {
        assertThat(read(3, 2 * SECTOR)).isEqualTo(2 * SECTOR + 1);
        assertStatus(BlockStatus.OK);
        assertThat(rig.get(DATA, 2 * SECTOR)).isEqualTo(sectors(3, 2));
    }

    @Test
    void read_larger_than_the_devices_buffer_is_complete() throws Exception {
        int length = 1000 * SECTOR;
        assertThat(read(24, length)).isEqualTo(length + 1);
        assertThat(rig.get(DATA, length)).isEqualTo(sectors(24, 1000));
    }

    @Test
    void write_changes_those_sectors_only_and_counts_the_status_as_written() throws Exception {
        byte[] data = new byte[300 * SECTOR];
        new Random(2).nextBytes(data);
        rig.put(DATA, data);
        assertThat(out(BlockRequestType.OUT, 700, DATA, data.length)).isEqualTo(1);
        assertStatus(BlockStatus.OK);
        System.arraycopy(data, 0, content, 700 * SECTOR, data.length);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void last_sector_can_be_read_and_the_one_behind_it_not() throws Exception {
        assertThat(read(SECTORS - 1, SECTOR)).isEqualTo(SECTOR + 1);
        assertStatus(BlockStatus.OK);
        assertThat(read(SECTORS, SECTOR)).isZero();
        assertStatus(BlockStatus.IOERR);
        read(SECTORS - 1, 2 * SECTOR);
        assertStatus(BlockStatus.IOERR);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 55, (1L << 55) + 1, -1023})
    void sector_that_would_overflow_is_refused(long sector) throws Exception {
        read(sector, SECTOR);
        assertStatus(BlockStatus.IOERR);
        out(BlockRequestType.OUT, sector, DATA, SECTOR);
        assertStatus(BlockStatus.IOERR);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void data_that_is_no_whole_number_of_sectors_is_refused() throws Exception {
        read(0, SECTOR - 1);
        assertStatus(BlockStatus.IOERR);
        out(BlockRequestType.OUT, 0, DATA, SECTOR + 1);
        assertStatus(BlockStatus.IOERR);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void request_without_data_succeeds() throws Exception {
        assertThat(read(0, 0)).isEqualTo(1);
        assertStatus(BlockStatus.OK);
    }

    @Test
    void flush_succeeds_also_on_a_read_only_disk() throws Exception {
        assertThat(in(BlockRequestType.FLUSH.value(), 0, 0, 0)).isEqualTo(1);
        assertStatus(BlockStatus.OK);
        reopen(true, BlockFeatures.FLUSH);
        in(BlockRequestType.FLUSH.value(), 0, 0, 0);
        assertStatus(BlockStatus.OK);
    }

    @Test
    void serial_number_is_filled_up_with_zeros() throws Exception {
        assertThat(in(BlockRequestType.GET_ID.value(), 0, DATA, 20)).isEqualTo(21);
        assertStatus(BlockStatus.OK);
        assertThat(new String(rig.get(DATA, 20), StandardCharsets.US_ASCII)).isEqualTo("serial-1" + "\0".repeat(12));
    }

    @Test
    void serial_number_is_cut_to_the_room_and_needs_no_more_than_its_own() throws Exception {
        assertThat(in(BlockRequestType.GET_ID.value(), 0, DATA, 4)).isEqualTo(5);
        assertThat(in(BlockRequestType.GET_ID.value(), 0, DATA, 64))
                .as("bytes before the gap")
                .isEqualTo(20);
        assertStatus(BlockStatus.OK);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7, 9, 10, 11, 14, 255, -1, Integer.MIN_VALUE})
    void unknown_type_is_unsupported(int type) throws Exception {
        assertThat(in(type, 0, 0, 0)).isEqualTo(1);
        assertStatus(BlockStatus.UNSUPP);
    }

    @Test
    void read_only_disk_refuses_every_change() throws Exception {
        reopen(true, BlockFeatures.FLUSH | BlockFeatures.RO);
        out(BlockRequestType.OUT, 0, DATA, SECTOR);
        assertStatus(BlockStatus.IOERR);
        zeroes(0, 1, 0);
        assertStatus(BlockStatus.IOERR);
        assertThat(read(0, SECTOR)).isEqualTo(SECTOR + 1);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    private void zeroes(long sector, int count, int flags) throws AccessFault, RingFault {
        rig.memory().putLong(DATA + WriteZeroesLayout.SECTOR, sector);
        rig.memory().putInt(DATA + WriteZeroesLayout.COUNT, count);
        rig.memory().putInt(DATA + WriteZeroesLayout.FLAGS, flags);
        out(BlockRequestType.WRITE_ZEROES, 0, DATA, WriteZeroesLayout.SIZE);
    }

    @Test
    void write_zeroes_fills_the_range_whether_it_may_unmap_or_not() throws Exception {
        zeroes(2, 900, 0);
        assertStatus(BlockStatus.OK);
        zeroes(1000, 1, WriteZeroesLayout.FLAG_UNMAP);
        assertStatus(BlockStatus.OK);
        Arrays.fill(content, 2 * SECTOR, 902 * SECTOR, (byte) 0);
        Arrays.fill(content, 1000 * SECTOR, 1001 * SECTOR, (byte) 0);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void write_zeroes_with_a_reserved_flag_is_unsupported() throws Exception {
        zeroes(2, 1, 2);
        assertStatus(BlockStatus.UNSUPP);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void write_zeroes_beyond_the_disk_or_the_limit_or_with_another_number_of_ranges_is_refused() throws Exception {
        zeroes(1, SECTORS, 0);
        assertStatus(BlockStatus.IOERR);
        zeroes(-1, 2, 0);
        assertStatus(BlockStatus.IOERR);
        zeroes(0, -1, 0);
        assertStatus(BlockStatus.IOERR);
        out(BlockRequestType.WRITE_ZEROES, 0, DATA, 2 * WriteZeroesLayout.SIZE);
        assertStatus(BlockStatus.IOERR);
        out(BlockRequestType.WRITE_ZEROES, 0, DATA, WriteZeroesLayout.SIZE - 1);
        assertStatus(BlockStatus.IOERR);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void header_that_is_too_short_is_an_error() throws Exception {
        header(BlockRequestType.FLUSH.value(), 0);
        assertThat(rig.submit(new long[] {HEADER, 15, STATUS, 1}, 1)).isEqualTo(1);
        assertStatus(BlockStatus.IOERR);
        assertThat(rig.submit(new long[] {STATUS, 1}, 0)).isEqualTo(1);
        assertStatus(BlockStatus.IOERR);
    }

    @Test
    void buffer_without_room_for_a_status_comes_back_unwritten_and_has_no_effect() throws Exception {
        header(BlockRequestType.OUT.value(), 0);
        assertThat(rig.submit(new long[] {HEADER, 16, DATA, SECTOR}, 2)).isZero();
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void data_that_cannot_be_accessed_is_an_error_of_this_request_only() throws Exception {
        assertThat(in(BlockRequestType.IN.value(), 0, DeviceRig.READ_ONLY, SECTOR))
                .isZero();
        assertStatus(BlockStatus.IOERR);
        in(BlockRequestType.IN.value(), 0, DeviceRig.NOWHERE, SECTOR);
        assertStatus(BlockStatus.IOERR);
        out(BlockRequestType.OUT, 0, DeviceRig.NOWHERE, SECTOR);
        assertStatus(BlockStatus.IOERR);
        assertThat(read(0, SECTOR)).isEqualTo(SECTOR + 1);
        assertStatus(BlockStatus.OK);
    }

    @Test
    void header_that_cannot_be_read_is_an_error() throws Exception {
        rig.memory().putByte(STATUS, (byte) UNWRITTEN);
        assertThat(rig.submit(new long[] {DeviceRig.NOWHERE, 16, STATUS, 1}, 1)).isEqualTo(1);
        assertStatus(BlockStatus.IOERR);
    }

    @Test
    void status_that_cannot_be_written_gives_used_length_0() throws Exception {
        header(BlockRequestType.IN.value(), 0);
        assertThat(rig.submit(new long[] {HEADER, 16, DATA, SECTOR, DeviceRig.READ_ONLY, 1}, 1))
                .isZero();
        assertThat(rig.submit(new long[] {HEADER, 16, DATA, SECTOR, DeviceRig.NOWHERE, 1}, 1))
                .isZero();
        assertThat(read(0, SECTOR)).isEqualTo(SECTOR + 1);
    }

    @Test
    void file_that_has_become_shorter_is_an_error_and_longer_again_none() throws Exception {
        Files.write(file, Arrays.copyOf(content, SECTOR));
        read(1, SECTOR);
        assertStatus(BlockStatus.IOERR);
        read(0, SECTOR);
        assertStatus(BlockStatus.OK);
        Files.write(file, content);
        read(1, SECTOR);
        assertStatus(BlockStatus.OK);
    }

    @Test
    void closed_file_is_an_error() throws Exception {
        disk.close();
        read(0, SECTOR);
        assertStatus(BlockStatus.IOERR);
    }

    @Test
    void driver_that_does_not_flush_gets_its_writes_kept() throws Exception {
        reopen(false, 0);
        rig.put(DATA, new byte[SECTOR]);
        out(BlockRequestType.OUT, 0, DATA, SECTOR);
        assertStatus(BlockStatus.OK);
        zeroes(1, 1, 0);
        assertStatus(BlockStatus.OK);
        Arrays.fill(content, 0, 2 * SECTOR, (byte) 0);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void requests_mean_the_same_however_they_are_cut_into_descriptors(long seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int count = 1 + random.nextInt(20);
            int sector = random.nextInt(SECTORS - count);
            boolean write = random.nextBoolean();
            byte[] data = new byte[count * SECTOR];
            random.nextBytes(data);
            byte[] readable = header(write, sector, write ? data : new byte[0]);
            int writable = (write ? 0 : data.length) + 1;
            rig.put(DeviceRig.BUFFERS, readable);
            long answer = DeviceRig.BUFFERS + 0x80000;
            List<Long> pieces = new ArrayList<>();
            int head = cut(random, DeviceRig.BUFFERS, readable.length, pieces);
            cut(random, answer, writable, pieces);
            long used = rig.submit(pieces.stream().mapToLong(Long::longValue).toArray(), head);
            assertThat(used).isEqualTo(writable);
            byte[] answered = rig.get(answer, writable);
            assertThat(answered[writable - 1]).isEqualTo((byte) BlockStatus.OK.value());
            if (write) {
                System.arraycopy(data, 0, content, sector * SECTOR, data.length);
            } else {
                assertThat(Arrays.copyOf(answered, data.length)).isEqualTo(sectors(sector, count));
            }
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    private static byte[] header(boolean write, long sector, byte[] data) {
        BlockRequestType type = write ? BlockRequestType.OUT : BlockRequestType.IN;
        return ByteBuffer.allocate(BlockRequestLayout.HEADER_SIZE + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(type.value())
                .putInt(0)
                .putLong(sector)
                .put(data)
                .array();
    }

    /** Adds pieces that together are the range; returns how many. */
    private static int cut(Random random, long address, int length, List<Long> pieces) {
        int count = 0;
        for (int done = 0; done < length; count++) {
            int most = length - done;
            int size = count > 100 ? most : 1 + random.nextInt(random.nextBoolean() ? Math.min(most, 32) : most);
            pieces.add(address + done);
            pieces.add((long) size);
            done += size;
        }
        return count;
    }

    @Test
    void each_request_is_announced_at_once_if_the_driver_wants_to_know() throws Exception {
        header(BlockRequestType.FLUSH.value(), 0);
        rig.driver().add(new long[] {HEADER, 16, STATUS, 1}, 1);
        rig.driver().add(new long[] {HEADER, 16, STATUS, 1}, 1);
        rig.driver().publish();
        rig.session().serve(0);
        assertThat(rig.interrupts()).isEqualTo(2);
        rig.driver().poll();
        rig.driver().poll();
        rig.driver().suppressInterrupts();
        rig.submit(new long[] {HEADER, 16, STATUS, 1}, 1);
        assertThat(rig.interrupts()).isEqualTo(2);
    }

    @Test
    void successful_requests_allocate_nothing() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] pieces = {HEADER, 16, DATA, 8 * SECTOR, STATUS, 1};
        header(BlockRequestType.IN.value(), 0);
        int rounds = 20_000;
        long least = Long.MAX_VALUE;
        // The platform itself allocates now and then, while it links call sites and compiles.
        for (int attempt = 0; attempt < 10 && least >= rounds; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < rounds; i++) {
                rig.submit(pieces, 1);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isLessThan(rounds);
    }
}
