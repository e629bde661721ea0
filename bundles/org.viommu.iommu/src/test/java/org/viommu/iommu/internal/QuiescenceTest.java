// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.viommu.dma.DmaPort;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.memory.MemoryAccess.Visitor;
import org.viommu.topology.Topology;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * Unmap means unmapped: once a request that takes a way to memory has been answered, no access lands there any more,
 * however many endpoints are at work. The oracle is the memory itself: after the answer the guest writes a mark that
 * nobody may overwrite.
 */
class QuiescenceTest {
    private static final int ENDPOINTS = 4;
    private static final int ROUNDS = 100;
    private static final int PAGES = 8;
    private static final long PAGE = 0x1000;

    /** Where the endpoints write; with bypass they reach the same pages untranslated. */
    private static final long IOVA = TestGuest.DMA_MEMORY;

    private static final int MARK = 0x600d;
    private static final int TRESPASS = 0xbad;

    /** How a way to memory is taken. */
    private enum Way {
        UNMAP {
            @Override
            void take(TestGuest guest) {
                expectOk(guest.unmap(1, IOVA, IOVA + PAGES * PAGE - 1));
            }

            @Override
            void give(TestGuest guest) {
                mapAll(guest);
            }
        },
        /** So that what a port remembers of one page must go, and what it remembers of others may stay. */
        UNMAP_ONE_BY_ONE {
            @Override
            void take(TestGuest guest) {
                for (int page = 0; page < PAGES; page++) {
                    long address = IOVA + page * PAGE;
                    expectOk(guest.unmap(1, address, address + PAGE - 1));
                }
            }

            @Override
            void give(TestGuest guest) {
                mapAll(guest);
            }
        },
        DETACH {
            @Override
            void take(TestGuest guest) {
                for (int i = 0; i < ENDPOINTS; i++) {
                    expectOk(guest.detach(1, TestGuest.ENDPOINT + i));
                }
            }

            @Override
            void give(TestGuest guest) {
                attachAll(guest, 1);
                mapAll(guest);
            }
        },
        MOVE {
            @Override
            void take(TestGuest guest) {
                attachAll(guest, 2);
            }

            @Override
            void give(TestGuest guest) {
                attachAll(guest, 1);
                mapAll(guest);
            }
        },
        BYPASS {
            @Override
            void take(TestGuest guest) {
                guest.device.config().write(IommuConfigLayout.BYPASS, 0, -1L);
            }

            @Override
            void give(TestGuest guest) {
                for (int i = 0; i < ENDPOINTS; i++) {
                    guest.detach(1, TestGuest.ENDPOINT + i);
                }
                guest.device.config().write(IommuConfigLayout.BYPASS, 1, -1L);
            }
        },
        UNPLUG {
            @Override
            void take(TestGuest guest) {
                guest.device.direct(Topology.EMPTY);
            }

            @Override
            void give(TestGuest guest) {
                guest.device.direct(TestGuest.topology(List.of()));
                attachAll(guest, 1);
                mapAll(guest);
            }
        },
        RESET {
            @Override
            void take(TestGuest guest) {
                guest.reset();
                guest.start(guest.device.features());
            }

            @Override
            void give(TestGuest guest) {
                attachAll(guest, 1);
                mapAll(guest);
            }
        };

        abstract void take(TestGuest guest);

        abstract void give(TestGuest guest);

        private static void attachAll(TestGuest guest, int domain) {
            for (int i = 0; i < ENDPOINTS; i++) {
                expectOk(guest.attach(domain, TestGuest.ENDPOINT + i));
            }
        }

        private static void mapAll(TestGuest guest) {
            for (int page = 0; page < PAGES; page++) {
                long address = IOVA + page * PAGE;
                expectOk(guest.map(1, address, address + PAGE - 1, address, MapFlags.WRITE));
            }
        }

        private static void expectOk(RequestStatus status) {
            assertThat(status).isEqualTo(RequestStatus.OK);
        }
    }

    private interface Access {
        void run() throws AccessFault;
    }

    private static final Visitor SLOW_WRITE = (piece, offset) -> {
        for (int i = 0; i < 1000; i++) {
            Thread.onSpinWait();
        }
        piece.order(ByteOrder.LITTLE_ENDIAN).putInt(TRESPASS);
    };

    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicIntegerArray landed = new AtomicIntegerArray(ENDPOINTS);

    @ParameterizedTest
    @EnumSource
    void no_access_lands_after_the_answer(Way way) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(ENDPOINTS);
        try (TestGuest guest = new TestGuest()) {
            guest.device.config().write(IommuConfigLayout.BYPASS, 0, -1L);
            for (int i = 0; i < ENDPOINTS; i++) {
                guest.attach(1, TestGuest.ENDPOINT + i);
            }
            List<Future<?>> endpoints = new ArrayList<>();
            for (int i = 0; i < ENDPOINTS; i++) {
                int index = i;
                endpoints.add(threads.submit(() -> write(guest, index)));
            }
            for (int round = 0; round < ROUNDS; round++) {
                way.give(guest);
                awaitWrite(round);
                way.take(guest);
                check(guest, round);
            }
            ended.set(true);
            for (Future<?> endpoint : endpoints) {
                endpoint.get();
            }
        } finally {
            ended.set(true);
            threads.shutdownNow();
        }
    }

    /**
     * Writes all over the pages, whether it may or not: singly, in bursts, and with a long time between translation and
     * write.
     */
    private void write(TestGuest guest, int index) {
        try (DmaPort port = guest.port(TestGuest.ENDPOINT + index)) {
            for (int i = index; !ended.get(); i++) {
                // Each page many times, so that what the port remembers is used too.
                int page = i / 4096 % PAGES;
                switch (i % 64) {
                    case 0 -> burst(port, index);
                    case 1 -> attempt(index, () -> port.visit(address(index, page), 4, Direction.WRITE, SLOW_WRITE));
                    default -> attempt(index, () -> port.putInt(address(index, page), TRESPASS));
                }
            }
        }
    }

    private void burst(DmaPort port, int index) {
        port.enter();
        for (int page = 0; page < PAGES; page++) {
            long address = address(index, page);
            attempt(index, () -> port.putInt(address, TRESPASS));
        }
        port.exit();
    }

    private void attempt(int index, Access access) {
        try {
            access.run();
            landed.setOpaque(index, landed.getOpaque(index) + 1);
        } catch (AccessFault expected) {
            // Lets the guest have a processor, where there are few.
            LockSupport.parkNanos(20_000);
        }
    }

    private static long address(int index, int page) {
        return IOVA + page * PAGE + Integer.BYTES * index;
    }

    /** Makes sure that at least one access of the round is under way or has landed; which endpoint, changes. */
    private void awaitWrite(int round) {
        int index = round % ENDPOINTS;
        int before = landed.get(index);
        while (landed.get(index) == before) {
            Thread.yield();
        }
    }

    private static void check(TestGuest guest, int round) throws AccessFault {
        for (int page = 0; page < PAGES; page++) {
            for (int index = 0; index < ENDPOINTS; index++) {
                guest.physical().putInt(address(index, page), MARK);
            }
        }
        LockSupport.parkNanos(100_000);
        for (int page = 0; page < PAGES; page++) {
            for (int index = 0; index < ENDPOINTS; index++) {
                assertThat(guest.physical().getInt(address(index, page)))
                        .as("round %d, page %d", round, page)
                        .isEqualTo(MARK);
            }
        }
    }
}
