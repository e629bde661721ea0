// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.viommu.iommu.trace.TraceEvent;
import org.viommu.iommu.trace.TraceListener;
import org.viommu.iommu.trace.TraceRecord;

class TraceFeedTest {
    private static final int THREADS = 4;
    private static final int EACH = 1000;

    private final Trace trace = new Trace();
    private final TraceFeed feed = new TraceFeed("vm/iommu0", trace, () -> {});

    @Test
    void a_trace_is_on_while_there_is_a_listener() {
        LineListener first = new LineListener();
        LineListener second = new LineListener();
        assertThat(trace.on()).isFalse();
        feed.add(first);
        feed.add(second);
        feed.remove(first);
        assertThat(trace.on()).isTrue();
        feed.remove(second);
        assertThat(trace.on()).isFalse();
        trace.put(TraceKind.GET_DOMAIN, 1);
        feed.add(first);
        feed.remove(first);
        assertThat(first.lines()).isEmpty();
    }

    @Test
    void a_listener_hears_what_happens_between_its_coming_and_its_going() {
        LineListener first = new LineListener();
        LineListener second = new LineListener();
        feed.add(first);
        trace.put(TraceKind.GET_DOMAIN, 1);
        feed.add(second);
        trace.put(TraceKind.GET_DOMAIN, 2);
        feed.remove(first);
        trace.put(TraceKind.GET_DOMAIN, 3);
        feed.remove(second);
        assertThat(first.lines())
                .containsExactly("virtio_iommu_get_domain Alloc domain=1", "virtio_iommu_get_domain Alloc domain=2");
        assertThat(second.lines())
                .containsExactly("virtio_iommu_get_domain Alloc domain=2", "virtio_iommu_get_domain Alloc domain=3");
    }

    @Test
    void who_notes_never_waits_for_a_listener_that_does_and_what_is_lost_is_counted() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicLong dropped = new AtomicLong();
        LineListener lines = new LineListener();
        feed.add(new TraceListener() {
            @Override
            public void traced(TraceRecord record) {
                stuck.countDown();
                await(release);
            }

            @Override
            public void dropped(String device, long count) {
                dropped.addAndGet(count);
            }
        });
        trace.put(TraceKind.GET_DOMAIN, 1);
        stuck.await();
        int noted = TraceRing.CAPACITY + 10;
        for (int i = 0; i < noted; i++) {
            trace.put(TraceKind.GET_DOMAIN, i);
        }
        release.countDown();
        feed.add(lines);
        trace.put(TraceKind.PUT_DOMAIN, 1);
        feed.remove(lines);
        assertThat(dropped).hasValue(10);
        assertThat(feed.lost()).isEqualTo(10);
        assertThat(lines.lines()).containsExactly("virtio_iommu_put_domain Free domain=1");
    }

    @Test
    void many_threads_note_and_nothing_is_torn_or_told_twice() throws InterruptedException {
        List<TraceEvent.Map> heard = new ArrayList<>();
        TraceListener listener = new TraceListener() {
            @Override
            public void traced(TraceRecord record) {
                heard.add((TraceEvent.Map) record.event());
            }
        };
        feed.add(listener);
        List<Thread> threads = IntStream.range(0, THREADS)
                .mapToObj(id -> new Thread(() -> note(id)))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        feed.remove(listener);
        assertThat(heard)
                .doesNotHaveDuplicates()
                .hasSize(THREADS * EACH)
                .allSatisfy(map -> assertThat(map)
                        .isEqualTo(new TraceEvent.Map(map.domain(), map.start(), ~map.start(), map.domain(), 3)));
    }

    @Test
    void a_listener_that_throws_hears_no_more_and_harms_no_other() {
        LineListener lines = new LineListener();
        feed.add(new TraceListener() {
            @Override
            public void traced(TraceRecord record) {
                throw new IllegalStateException("full");
            }
        });
        feed.add(lines);
        trace.put(TraceKind.GET_DOMAIN, 1);
        trace.put(TraceKind.GET_DOMAIN, 2);
        feed.remove(lines);
        assertThat(lines.lines()).hasSize(2);
        assertThat(trace.on()).isFalse();
    }

    @Test
    void events_carry_the_time_at_which_they_happened() {
        List<TraceRecord> records = new ArrayList<>();
        TraceListener listener = new TraceListener() {
            @Override
            public void traced(TraceRecord record) {
                records.add(record);
            }
        };
        Instant before = Instant.now().minusSeconds(1);
        feed.add(listener);
        trace.put(TraceKind.SYSTEM_RESET);
        feed.remove(listener);
        assertThat(records).singleElement().satisfies(record -> {
            assertThat(record.device()).isEqualTo("vm/iommu0");
            assertThat(record.time()).isBetween(before, Instant.now().plusSeconds(1));
        });
    }

    private void note(int id) {
        for (long i = 0; i < EACH; i++) {
            trace.put(TraceKind.MAP, (long) id << Integer.SIZE | 3, i, ~i, id);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
