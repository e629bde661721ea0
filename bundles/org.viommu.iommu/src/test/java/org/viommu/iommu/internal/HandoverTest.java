// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.memory.AccessGate;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

class HandoverTest {
    private static final long PAGE = 0x1000;
    private static final int MAPPINGS = 20_000;

    /** More than a journal holds. */
    private static final int TOO_MANY_CHANGES = 80_000;

    private final AccessGate gate = new AccessGate();
    private final SingleWriter writer = new SingleWriter();
    private final TestStore target = new TestStore("target");
    private final IommuSettings settings = TestGuest.settings(PAGE);
    private final Trace trace = new Trace();
    private final Endpoints endpoints =
            new Endpoints(new EndpointDirectory(TestGuest.topology(List.of()), TestGuest.NODE, List.of()), trace);
    private final AddressSpaces spaces = new AddressSpaces(
            settings,
            endpoints,
            gate,
            ResidentStore::new,
            failure -> {
                throw failure;
            },
            trace);

    private final Resumption resumption =
            new Resumption(settings, spaces, endpoints, new IommuConfigSpace(settings, gate, bypass -> {}, trace));

    @BeforeEach
    void fill() {
        spaces.attach(1, TestGuest.ENDPOINT, false);
        for (int i = 0; i < MAPPINGS; i++) {
            change(i, true);
        }
        spaces.settle();
    }

    @Test
    void a_writer_that_runs_away_from_the_copy_makes_it_begin_again() throws InterruptedException {
        target.withBarrier(100);
        CompletableFuture<Handover.Result> move = CompletableFuture.supplyAsync(handover()::move);
        target.awaitBarrier();
        writer.call(() -> {
            runAway();
            return null;
        });
        target.release();
        assertThat(move.join().mappings()).isEqualTo(MAPPINGS);
        assertThat(target.openTables()).isEqualTo(1);
        assertThat(spaces.domain(1).table().size()).isEqualTo(MAPPINGS);
    }

    @Test
    void a_copy_that_never_catches_up_fails_and_leaves_nothing_behind() {
        int[] asked = new int[1];
        // Asked by the copying thread after each piece; makes the writer run away each time.
        Handover handover = handover(() -> {
            asked[0]++;
            writer.call(() -> {
                runAway();
                return null;
            });
            return false;
        });
        assertThatThrownBy(handover::move).isInstanceOf(HandoverFailure.class).hasMessageContaining("does not keep up");
        assertThat(asked[0]).isEqualTo(3);
        assertThat(target.openTables()).isZero();
        assertThat(spaces.domain(1).table().size()).isEqualTo(MAPPINGS);
    }

    @Test
    void a_stopped_writer_is_moved_in_one_go() {
        Handover.Result result = handover().moveStopped();
        assertThat(result.mappings()).isEqualTo(MAPPINGS);
        assertThat(spaces.domain(1).table().size()).isEqualTo(MAPPINGS);
        assertThat(target.openTables()).isEqualTo(1);
    }

    @Test
    void a_move_that_is_cancelled_fails_and_gives_its_tables_back() {
        Handover handover = handover(() -> true);
        CompletableFuture<Handover.Result> move = CompletableFuture.supplyAsync(handover::move);
        assertThatThrownBy(move::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(HandoverFailure.class);
        assertThat(target.openTables()).isZero();
        assertThat(spaces.domain(1).table().size()).isEqualTo(MAPPINGS);
    }

    private Handover handover() {
        return handover(() -> false);
    }

    private Handover handover(BooleanSupplier cancelled) {
        return new Handover(spaces, resumption, writer, gate, "vm/iommu0", target, new Handover.Orders() {
            @Override
            public boolean cancelled() {
                return cancelled.getAsBoolean();
            }

            @Override
            public boolean salvage() {
                return false;
            }
        });
    }

    private void runAway() {
        for (int i = 0; i < TOO_MANY_CHANGES / 2; i++) {
            change(i % MAPPINGS, false);
            change(i % MAPPINGS, true);
        }
        spaces.settle();
    }

    private void change(int page, boolean map) {
        long start = 2 * page * PAGE;
        long end = start + PAGE - 1;
        RequestStatus status = map ? spaces.map(1, start, end, start, MapFlags.READ) : spaces.unmap(1, start, end);
        assertThat(status).isEqualTo(RequestStatus.OK);
    }
}
