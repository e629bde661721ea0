// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.mvstore.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.mapping.DeviceRecord;
import org.viommu.mapping.KeptDevice;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.RecordFault;
import org.viommu.mapping.recording.BackedStore;

class FileMediumTest {
    private static final String DEVICE = "vm/iommu0";

    private static final long LIMIT_NANOS = 300_000_000_000L;

    @TempDir
    Path folder;

    @Test
    void a_device_is_found_as_it_was_committed() throws IOException {
        try (BackedStore store = open(file())) {
            DeviceRecord record = begin(store);
            record.opened(7, true);
            record.attached(0x20, 7);
            MappingTable table = table(store, record, -1);
            table.map(0, 0xfff, 0x5000, 1);
            table.map(0x2000, -1L, 0, 3);
            table.map(0x1000, 0x1fff, 0x6000, 1);
            table.unmap(0x1000, 0x1fff);
            record.attached(0x10, -1);
            record.attached(0x11, -1);
            record.detached(0x11);
            record.bypass(true);
            record.commit();
        }
        try (BackedStore store = open(file());
                DeviceRecord record = store.record(DEVICE)) {
            assertThat(record.kept())
                    .contains(new KeptDevice("granule=1", true, Map.of(7, true, -1, false), Map.of(0x20, 7, 0x10, -1)));
            try (MappingTable table = record.resume(-1)) {
                assertThat(contents(table)).containsExactly("0..fff->5000/1", "2000..ffffffffffffffff->0/3");
            }
        }
    }

    @Test
    void what_was_committed_is_there_though_the_owner_ends_without_a_word() throws IOException {
        BackedStore killed = open(file());
        DeviceRecord record = begin(killed);
        MappingTable table = table(killed, record, 1);
        SplittableRandom random = new SplittableRandom(1);
        TreeMap<Long, Long> expected = new TreeMap<>();
        for (int batch = 0; batch < 200; batch++) {
            for (int i = 0; i < 16; i++) {
                long page = random.nextLong(1 << 12) << 12;
                if (table.map(page, page + 0xfff, page, 1) == MapResult.OK) {
                    expected.put(page, page);
                } else {
                    table.unmap(page, page + 0xfff);
                    expected.remove(page);
                }
            }
            record.commit();
        }
        table.map(1L << 40, (1L << 40) + 0xfff, 0, 1);
        Path copy = folder.resolve("copy");
        Files.copy(file(), copy);
        killed.close();
        try (BackedStore store = open(copy);
                DeviceRecord successor = store.record(DEVICE)) {
            assertThat(successor.kept()).isPresent();
            List<Long> starts = new ArrayList<>();
            successor.resume(1).forEach(0, (start, end, physical, flags) -> starts.add(start));
            assertThat(starts).containsExactlyElementsOf(expected.keySet());
        }
    }

    @Test
    void a_reset_and_a_move_away_are_lasting_but_not_those_of_a_platform_that_stops() throws IOException {
        assertThat(keptAfter(false, DeviceRecord::reset).orElseThrow().domains())
                .isEmpty();
        assertThat(keptAfter(false, DeviceRecord::drop)).isEmpty();
        assertThat(keptAfter(true, DeviceRecord::reset).orElseThrow().domains()).containsKey(1);
        assertThat(keptAfter(true, record -> record.unplugged(1)).orElseThrow().attachments())
                .containsKey(1);
        assertThat(keptAfter(true, DeviceRecord::drop).orElseThrow().domains()).containsKey(1);
    }

    @Test
    void tables_of_a_copy_that_was_not_completed_are_removed() throws IOException {
        try (BackedStore store = open(file())) {
            MappingTable copy = store.open(DEVICE, 1);
            for (int i = 0; i < 10_000; i++) {
                copy.map(i * 0x1000L, i * 0x1000L + 0xfff, 0, 1);
            }
            store.record(DEVICE).commit();
        }
        open(file()).close();
        try (MVStore file = MVStore.open(file().toString())) {
            assertThat(file.getMapNames()).noneMatch(name -> name.startsWith("table/"));
        }
    }

    @Test
    void a_file_that_is_churned_stays_small() throws IOException {
        try (BackedStore store = open(file())) {
            DeviceRecord record = begin(store);
            MappingTable table = table(store, record, 1);
            for (int i = 0; i < 4_000; i++) {
                long start = i % 500 * 0x1000L;
                table.unmap(start, start + 0xfff);
                table.map(start, start + 0xfff, i, 1);
                record.commit();
            }
            assertThat(Files.size(file())).isLessThan(4 << 20);
        }
    }

    @Test
    void a_file_that_has_become_mostly_empty_is_compacted_while_it_is_in_use() throws IOException {
        int pages = 200_000;
        try (BackedStore store = open(file())) {
            DeviceRecord record = begin(store);
            MappingTable table = table(store, record, 1);
            for (long page = 0; page < pages; page++) {
                table.map(page << 12, (page << 12) + 0xfff, page * 7919 << 12, 1);
            }
            record.commit();
            long full = Files.size(file());
            for (long page = 0; page < pages; page++) {
                if (page % 100 != 0) {
                    table.unmap(page << 12, (page << 12) + 0xfff);
                }
            }
            record.commit();
            long end = System.nanoTime() + LIMIT_NANOS;
            while (Files.size(file()) > full / 4) {
                assertThat(System.nanoTime())
                        .as("%d of %d", Files.size(file()), full)
                        .isLessThan(end);
                LockSupport.parkNanos(1_000_000);
            }
            table.map(1L << 40, (1L << 40) + 0xfff, 0, 1);
            record.commit();
            assertThat(store.problem()).isEmpty();
        }
        try (BackedStore store = open(file());
                DeviceRecord record = store.record(DEVICE)) {
            assertThat(record.kept()).isPresent();
            assertThat(record.resume(1).size()).isEqualTo(pages / 100 + 1);
        }
    }

    @Test
    void interrupts_of_those_who_use_the_store_do_not_close_its_file() throws IOException {
        try (BackedStore store = open(file())) {
            DeviceRecord record = begin(store);
            MappingTable table = table(store, record, 1);
            for (long page = 0; page < 500; page++) {
                Thread.currentThread().interrupt();
                table.map(page << 12, (page << 12) + 0xfff, 0, 1);
                record.commit();
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(store.problem()).isEmpty();
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).isTrue();
        try (BackedStore store = open(file());
                DeviceRecord record = store.record(DEVICE)) {
            assertThat(record.kept()).isPresent();
            assertThat(record.resume(1).size()).isEqualTo(500);
        }
    }

    @Test
    void a_file_in_use_is_refused_in_one_line_that_names_it() throws IOException {
        try (BackedStore owner = open(file())) {
            assertThat(owner.problem()).isEmpty();
            assertThatIOException()
                    .isThrownBy(() -> open(file()))
                    .withMessage(file() + ": is in use by another process or bundle");
        }
    }

    @Test
    void a_foreign_file_is_refused_and_left_as_it_is() throws IOException {
        Path text = folder.resolve("notes.txt");
        Files.writeString(text, "Buy milk.\n".repeat(2000));
        assertThatIOException()
                .isThrownBy(() -> open(text))
                .withMessageStartingWith(text + ": is damaged, or not a file of this store: ")
                .withMessageNotContaining("\n");
        assertThat(text).hasContent("Buy milk.\n".repeat(2000));

        Path other = folder.resolve("other.mv.db");
        try (MVStore store = MVStore.open(other.toString())) {
            store.openMap("mine").put("key", "value");
        }
        byte[] before = Files.readAllBytes(other);
        assertThatIOException()
                .isThrownBy(() -> open(other))
                .withMessage(other + ": is not a file of this store: its version is 0x0 and not 0x109");
        assertThat(other).hasBinaryContent(before);
    }

    @Test
    void a_damaged_file_is_refused_and_left_as_it_is() throws IOException {
        try (BackedStore store = open(file())) {
            begin(store).commit();
        }
        byte[] damaged = Files.readAllBytes(file());
        for (int i = 0; i < damaged.length; i += 7) {
            damaged[i] ^= 0x55;
        }
        Files.write(file(), damaged);
        assertThatIOException()
                .isThrownBy(() -> open(file()))
                .withMessageStartingWith(file() + ": is damaged, or not a file of this store: ");
        assertThat(file()).hasBinaryContent(damaged);
    }

    @Test
    void what_cannot_be_read_of_a_device_is_refused_and_left_as_it_is_while_other_devices_go_on() throws IOException {
        long marked = 0x1234_5678_9abc_d000L;
        long end = marked + 0xfff;
        long wrong = 0xbad;
        try (BackedStore store = open(file())) {
            DeviceRecord record = begin(store);
            MappingTable table = table(store, record, 1);
            table.map(0, 0xfff, 0, 1);
            table.map(marked, end, 0, 1);
            record.commit();
        }
        replace(end, wrong);
        String refusal = file() + ": what it has of " + DEVICE + " cannot be read, and stays as it is: ";
        try (BackedStore store = open(file())) {
            DeviceRecord damaged = store.record(DEVICE);
            assertThat(damaged.kept()).isPresent();
            assertThatExceptionOfType(RecordFault.class)
                    .isThrownBy(() -> damaged.resume(1))
                    .withMessageStartingWith(refusal)
                    .withMessageNotContaining("\n");
            damaged.close();
            DeviceRecord other = store.record("vm/other");
            other.begin("granule=1", false);
            table(store, "vm/other", other, 3).map(0, 0xfff, 0, 1);
            other.commit();
            assertThat(store.problem()).isEmpty();
        }
        replace(wrong, end);
        try (BackedStore store = open(file())) {
            assertThat(store.record("vm/other").kept().orElseThrow().domains()).containsKey(3);
            try (DeviceRecord record = store.record(DEVICE)) {
                assertThat(record.kept()).isPresent();
                assertThat(contents(record.resume(1)))
                        .containsExactly("0..fff->0/1", "%x..%x->0/1".formatted(marked, end));
            }
        }
    }

    @Test
    void a_device_that_begins_anew_has_nothing_of_what_could_not_be_read() throws IOException {
        try (BackedStore store = open(file())) {
            DeviceRecord record = begin(store);
            table(store, record, 1).map(0, 0xfff, 0, 1);
            record.commit();
        }
        try (BackedStore store = open(file())) {
            DeviceRecord record = begin(store);
            table(store, record, 2).map(0x1000, 0x1fff, 0, 1);
            record.commit();
        }
        try (BackedStore store = open(file());
                DeviceRecord record = store.record(DEVICE)) {
            assertThat(record.kept().orElseThrow().domains()).isEqualTo(Map.of(2, false));
            assertThat(contents(record.resume(2))).containsExactly("1000..1fff->0/1");
        }
    }

    @Test
    void a_disk_that_was_full_is_compacted_later_but_not_a_file_that_cannot_be_read() {
        MVStoreException full = new MVStoreException(DataUtils.ERROR_WRITING_FAILED, "no space");
        assertThat(FileMedium.isOfWriting(full)).isTrue();
        assertThat(FileMedium.isOfWriting(new IOException("store: cannot be written", full)))
                .isTrue();
        MVStoreException damaged = new MVStoreException(DataUtils.ERROR_FILE_CORRUPT, "page");
        assertThat(FileMedium.isOfWriting(damaged)).isFalse();
        assertThat(FileMedium.isOfWriting(new IOException("store: is damaged", damaged)))
                .isFalse();
        assertThat(FileMedium.isOfWriting(new IndexOutOfBoundsException("in a damaged page")))
                .isFalse();
    }

    private Optional<KeptDevice> keptAfter(boolean stopping, Consumer<DeviceRecord> end) throws IOException {
        Path file = folder.resolve("ending" + System.nanoTime());
        try (BackedStore store = open(file)) {
            DeviceRecord record = begin(store);
            MappingTable table = table(store, record, 1);
            record.attached(1, 1);
            record.commit();
            if (stopping) {
                store.stopping();
            }
            end.accept(record);
            record.detached(1);
            table.close();
            record.commit();
        }
        try (BackedStore store = open(file);
                DeviceRecord record = store.record(DEVICE)) {
            return record.kept();
        }
    }

    /** In the file, wherever it stands. */
    private void replace(long old, long next) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file()));
        int found = 0;
        for (int at = 0; at <= bytes.limit() - Long.BYTES; at++) {
            if (bytes.getLong(at) == old) {
                bytes.putLong(at, next);
                found++;
            }
        }
        assertThat(found).isPositive();
        Files.write(file(), bytes.array());
    }

    private static DeviceRecord begin(BackedStore store) {
        DeviceRecord record = store.record(DEVICE);
        record.begin("granule=1", false);
        return record;
    }

    private static MappingTable table(BackedStore store, DeviceRecord record, int domain) {
        return table(store, DEVICE, record, domain);
    }

    private static MappingTable table(BackedStore store, String device, DeviceRecord record, int domain) {
        MappingTable table = store.open(device, domain);
        record.opened(domain, false);
        return table;
    }

    private Path file() {
        return folder.resolve("store");
    }

    private static BackedStore open(Path file) throws IOException {
        return BackedStore.open("mvstore", new FileMedium(file, true), Duration.ZERO);
    }

    private static List<String> contents(MappingTable table) {
        List<String> contents = new ArrayList<>();
        table.forEach(
                0,
                (start, end, physical, flags) -> contents.add("%x..%x->%x/%x".formatted(start, end, physical, flags)));
        return contents;
    }
}
