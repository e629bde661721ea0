// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingRun;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;
import org.viommu.mapping.resident.ResidentTable;

/** A store that can be told to misbehave. It keeps mappings as the resident store does. */
final class TestStore implements MappingStore {
    /** What may go wrong. */
    enum Defect {
        NONE,
        OPEN_THROWS,
        MAP_THROWS,
        MAP_IS_OUT_OF_MEMORY,
        MAP_FORGETS,
        MAP_FALSIFIES,
        RUN_FORGETS,
        RUN_LIES,
        UNMAP_THROWS,
        LOOKUP_THROWS,
        ITERATION_THROWS,
        ITERATION_STOPS_EARLY,
        SIZE_LIES
    }

    private final String name;
    private final AtomicInteger openTables = new AtomicInteger();
    private final AtomicLong maps = new AtomicLong();
    private volatile Defect defect = Defect.NONE;

    /** After so many mappings the defect shows, and the copy waits at the barrier. */
    private volatile long defectAfter;

    private volatile long barrierAfter = Long.MAX_VALUE;
    private volatile Runnable meanwhile = () -> {};
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    TestStore(String name) {
        this.name = name;
    }

    TestStore with(Defect next, long afterMaps) {
        defectAfter = afterMaps;
        defect = next;
        return this;
    }

    /** Makes the thread that adds a certain mapping wait until {@link #release()}. */
    TestStore withBarrier(long afterMaps) {
        barrierAfter = afterMaps;
        return this;
    }

    /** Has something done whenever a mapping is added. */
    TestStore meanwhile(Runnable something) {
        meanwhile = something;
        return this;
    }

    void awaitBarrier() throws InterruptedException {
        reached.await();
    }

    void release() {
        released.countDown();
    }

    long maps() {
        return maps.get();
    }

    int openTables() {
        return openTables.get();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public MappingTable open(String device, int domain) {
        fail(Defect.OPEN_THROWS);
        openTables.incrementAndGet();
        return new Table();
    }

    private boolean shows(Defect wanted) {
        return defect == wanted && maps.get() >= defectAfter;
    }

    private void fail(Defect wanted) {
        if (shows(wanted)) {
            throw new IllegalStateException(wanted.toString());
        }
    }

    private void passBarrier() {
        if (maps.getAndIncrement() == barrierAfter) {
            reached.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private final class Table implements MappingTable {
        private final MappingTable kept = new ResidentTable();
        private boolean closed;

        @Override
        public MapResult map(long start, long end, long physical, int flags) {
            passBarrier();
            meanwhile.run();
            fail(Defect.MAP_THROWS);
            if (shows(Defect.MAP_IS_OUT_OF_MEMORY)) {
                return MapResult.NO_MEMORY;
            }
            if (shows(Defect.MAP_FORGETS)) {
                return MapResult.OK;
            }
            return kept.map(start, end, physical + (shows(Defect.MAP_FALSIFIES) ? 0x1000 : 0), flags);
        }

        @Override
        public int mapAll(MappingRun run, int from) {
            int added = MappingTable.super.mapAll(run, from);
            if (shows(Defect.RUN_FORGETS) && added > from) {
                kept.unmap(run.start(added - 1), run.end(added - 1));
            }
            return added + (shows(Defect.RUN_LIES) ? 1 : 0);
        }

        @Override
        public UnmapResult unmap(long start, long end) {
            fail(Defect.UNMAP_THROWS);
            return kept.unmap(start, end);
        }

        @Override
        public boolean lookup(long address, Translation translation) {
            fail(Defect.LOOKUP_THROWS);
            return kept.lookup(address, translation);
        }

        @Override
        public void forEach(long from, Visitor visitor) {
            fail(Defect.ITERATION_THROWS);
            int[] visited = new int[1];
            kept.forEach(from, (start, end, physical, flags) -> {
                if (shows(Defect.ITERATION_STOPS_EARLY) && visited[0]++ == 2) {
                    throw new IllegalStateException("iteration stops");
                }
                return visitor.visit(start, end, physical, flags);
            });
        }

        @Override
        public long size() {
            return kept.size() + (shows(Defect.SIZE_LIES) ? 1 : 0);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openTables.decrementAndGet();
            }
            kept.close();
        }
    }
}
