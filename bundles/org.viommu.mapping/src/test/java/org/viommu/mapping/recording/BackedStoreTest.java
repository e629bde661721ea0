// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.mapping.DeviceRecord;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.RecordFault;
import org.viommu.mapping.Translation;

class BackedStoreTest {
    private static final String DEVICE = "vm/iommu0";
    private static final long LIMIT_NANOS = 300_000_000_000L;

    private final ModelMedium medium = new ModelMedium();
    private BackedStore store;
    private DeviceRecord record;
    private MappingTable table;

    @BeforeEach
    void begin() throws IOException {
        store = BackedStore.open("model", medium, Duration.ZERO);
        record = store.record(DEVICE);
        record.begin("f", false);
        table = store.open(DEVICE, 1);
        record.opened(1, false);
        record.attached(5, 1);
        record.commit();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void a_commit_returns_when_the_medium_has_it() {
        table.map(0x1000, 0x1fff, 0x5000, 1);
        record.commit();
        assertThat(kept()).isEqualTo(Map.of("state", "f false", "domain 1", "{4096=1fff->5000}", "endpoint 5", "1"));
    }

    @Test
    void a_commit_without_changes_costs_the_medium_nothing() {
        int before = medium.commits;
        record.commit();
        record.commit();
        assertThat(medium.commits).isEqualTo(before);
    }

    @Test
    void an_interrupt_does_not_answer_earlier_and_is_kept() {
        Thread.currentThread().interrupt();
        table.map(0x1000, 0x1fff, 0x5000, 1);
        record.commit();
        assertThat(kept().get("domain 1")).isEqualTo("{4096=1fff->5000}");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void a_look_up_waits_for_no_medium() throws InterruptedException {
        table.map(0x1000, 0x1fff, 0x5000, 1);
        record.commit();
        Thread committing = new Thread(() -> {
            table.map(0x2000, 0x2fff, 0x6000, 1);
            record.commit();
        });
        boolean[] found = new boolean[2];
        Thread looking = new Thread(() -> {
            found[0] = table.lookup(0x1000, new Translation());
            found[1] = table.lookup(0x2000, new Translation());
        });
        int before = medium.commits;
        synchronized (medium) {
            committing.start();
            await(() -> committing.getState() == Thread.State.WAITING
                    || committing.getState() == Thread.State.TIMED_WAITING);
            looking.start();
            looking.join(LIMIT_NANOS / 1_000_000);
            assertThat(found).as("while the medium lets nobody in").containsExactly(true, true);
            assertThat(medium.commits).isEqualTo(before);
        }
        committing.join();
        assertThat(kept().get("domain 1")).contains("8192=2fff->6000");
    }

    @Test
    void while_the_medium_is_full_the_device_goes_on_and_operators_are_told() {
        medium.full = true;
        table.map(0x1000, 0x1fff, 0x5000, 1);
        record.commit();
        assertThat(store.problem()).isEqualTo("/model: cannot be written: no space left");
        assertThat(table.map(0x2000, 0x2fff, 0x6000, 1)).isEqualTo(MapResult.OK);
        record.commit();
        assertThat(table.lookup(0x1000, new Translation())).isTrue();
    }

    @Test
    void when_there_is_room_again_everything_is_written_even_if_nothing_changes_any_more() {
        medium.full = true;
        table.map(0x1000, 0x1fff, 0x5000, 1);
        record.commit();
        record.attached(6, 1);
        record.bypass(true);
        table.map(0x2000, 0x2fff, 0x6000, 1);
        record.commit();
        medium.full = false;
        await(() -> store.problem().isEmpty());
        assertThat(kept())
                .isEqualTo(Map.of(
                        "state", "f true",
                        "domain 1", "{4096=1fff->5000, 8192=2fff->6000}",
                        "endpoint 5", "1",
                        "endpoint 6", "1"));
    }

    @Test
    void a_medium_that_fails_again_and_again_under_load_loses_nothing() {
        SplittableRandom random = new SplittableRandom(3);
        TreeMap<Long, String> expected = new TreeMap<>();
        int failures = 3;
        for (int failure = 0; failure < failures; failure++) {
            int seen = medium.openings;
            medium.full = true;
            for (int i = 0; medium.openings < seen + 1 || i < 2_000; i++) {
                churn(random, expected);
            }
            medium.full = false;
            while (!store.problem().isEmpty()) {
                churn(random, expected);
            }
        }
        record.commit();
        assertThat(kept().get("domain 1")).isEqualTo(expected.toString());
    }

    @Test
    void a_store_that_is_closed_has_written_all_and_its_tables_go_on() {
        table.map(0x1000, 0x1fff, 0x5000, 1);
        record.close();
        store.close();
        assertThat(kept().get("domain 1")).isEqualTo("{4096=1fff->5000}");
        assertThat(table.lookup(0x1000, new Translation())).isTrue();
        table.close();
        assertThat(kept()).containsKey("domain 1");
    }

    @Test
    void with_a_delay_the_guest_does_not_wait_and_the_medium_hears_of_it_later() throws IOException {
        ModelMedium relaxed = new ModelMedium();
        try (BackedStore delayed = BackedStore.open("model", relaxed, Duration.ofMillis(50))) {
            DeviceRecord delayedRecord = delayed.record(DEVICE);
            delayedRecord.begin("f", false);
            delayedRecord.commit();
            await(() -> !relaxed.committed(DEVICE).isEmpty());
        }
    }

    @Test
    void a_record_that_cannot_be_read_is_named_and_stays_as_it_is() {
        String other = "vm/iommu1";
        DeviceRecord first = store.record(other);
        first.begin("g", true);
        first.close();
        medium.full = true;
        table.map(0x1000, 0x1fff, 0x5000, 1);
        record.commit();

        DeviceRecord successor = store.record(other);
        assertThatThrownBy(successor::kept)
                .isInstanceOf(RecordFault.class)
                .hasMessage("/model: cannot be written: no space left");
        medium.full = false;
        await(() -> store.problem().isEmpty());
        assertThat(medium.committed(other)).isEqualTo(Map.of("state", "g true"));
        successor.close();
        assertThat(store.record(other).kept()).isPresent();
    }

    @Test
    void a_medium_that_cannot_be_opened_is_named() {
        ModelMedium broken = new ModelMedium();
        broken.full = true;
        assertThatIOException()
                .isThrownBy(() -> BackedStore.open("model", broken, Duration.ZERO))
                .withMessage("/model: cannot be written: no space left");
    }

    private void churn(SplittableRandom random, TreeMap<Long, String> expected) {
        long page = random.nextLong(256) << 12;
        if (expected.remove(page) != null) {
            table.unmap(page, page + 0xfff);
        } else {
            long physical = random.nextLong(1 << 20) << 12;
            table.map(page, page + 0xfff, physical, 1);
            expected.put(page, "%x->%x".formatted(page + 0xfff, physical));
        }
        if (random.nextInt(4) == 0) {
            record.commit();
        }
    }

    private Map<String, String> kept() {
        return medium.committed(DEVICE);
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
