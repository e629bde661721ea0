// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.viommu.mapping.MappingStore;

/** One thread changes the table while others look up and iterate. */
abstract class ConcurrencyRules extends TableRules {
    private static final int READERS = 2;
    private static final int ZONES = 400;
    /** Mappings of single pages below the zones, since some stores treat places with many mappings in a way of their own. */
    private static final int CROWD = 200;

    private static final int STEPS = 100_000;

    ConcurrencyRules(Supplier<MappingStore> stores) {
        super(stores);
    }

    @TestFactory
    Stream<DynamicTest> lookups_see_each_mapping_whole_or_not_at_all() {
        return inEachLayout(100, ZoneReader::look);
    }

    @TestFactory
    Stream<DynamicTest> iterations_visit_what_stays_exactly_once() {
        return inEachLayout(5, ZoneReader::iterate);
    }

    private Stream<DynamicTest> inEachLayout(int stableEvery, Consumer<ZoneReader> reading) {
        return Arrays.stream(Zones.Layout.values())
                .map(layout -> DynamicTest.dynamicTest(layout.toString(), () -> {
                    unmap(0, TOP);
                    for (int page = 1; page <= CROWD; page++) {
                        map(layout.base - page * 0x1000L, layout.base - page * 0x1000L + 0xfff);
                    }
                    race(new Zones(layout, ZONES, stableEvery), reading);
                }));
    }

    private void race(Zones zones, Consumer<ZoneReader> reading) throws InterruptedException, ExecutionException {
        ZoneWriter writer = new ZoneWriter(table(), zones);
        writer.mapStableZones();
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(READERS);
        ExecutorService executor = Executors.newFixedThreadPool(READERS);
        try {
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                ZoneReader reader = new ZoneReader(table(), zones, i);
                readers.add(executor.submit(() -> {
                    begun.countDown();
                    do {
                        reading.accept(reader);
                    } while (!done.get());
                }));
            }
            begun.await();
            writer.run(STEPS);
            done.set(true);
            for (Future<?> reader : readers) {
                reader.get();
            }
        } finally {
            done.set(true);
            executor.shutdown();
        }
        assertThat(table().size()).isGreaterThan(CROWD);
    }
}
