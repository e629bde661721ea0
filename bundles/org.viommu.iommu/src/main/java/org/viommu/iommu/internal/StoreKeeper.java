// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.time.Duration;
import java.util.Map;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.RecordingStore;

/**
 * Decides which store the device uses, and moves it there: to the preferred one of those that are offered, or to the
 * resident store if there is none. Moves are made one after the other by a thread of their own; if another store is
 * wanted by the time, the present move ends and the next one begins.
 *
 * <p>A store that fails is refused until it is offered again. One that cannot read what it keeps of the device is asked
 * again from time to time: until then nothing is told to it, because that would take the place of what it keeps. If a
 * move fails the device stays where it is.
 *
 * <p>Thread-safe.
 */
final class StoreKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreKeeper.class);

    /** How long whoever withdraws a store is kept waiting. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Between two attempts to move to the resident store, which cannot be refused. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final String device;
    private final MappingStore resident = new ResidentStore();
    private final StoreChoice choice = new StoreChoice(resident);
    private MappingStore current = resident;

    /** To which a move is under way; null if none is. */
    private MappingStore target;

    private Thread thread;
    private boolean closed;
    private long moves;
    private Handover.Result last = new Handover.Result(0, 0, 0);
    private String problem = "";

    /**
     * Knows only the resident store as yet.
     *
     * @param device name of the device
     */
    StoreKeeper(String device) {
        this.device = device;
    }

    /** The store that the device begins with. */
    synchronized MappingStore begin() {
        current = choice.best();
        return current;
    }

    /**
     * Begins to move.
     *
     * @param handovers makes a hand-over to a store
     */
    synchronized void start(BiFunction<MappingStore, Handover.Orders, Handover> handovers) {
        thread = new Thread(() -> work(handovers), "viommu-stores-" + device);
        thread.setDaemon(true);
        thread.start();
    }

    /** A store is there, or its properties have changed. */
    synchronized void offer(MappingStore store, Map<String, ?> properties) {
        choice.offer(store, properties);
        notifyAll();
    }

    /**
     * A store is about to go. Returns when the device has let go of all its tables, so that the store's bundle may
     * release what is behind them; after 30 seconds it returns in any case, and the move goes on with what the old
     * tables still give.
     */
    void withdraw(MappingStore store) {
        boolean released;
        synchronized (this) {
            choice.withdraw(store);
            notifyAll();
            released = awaitRelease(store);
        }
        if (!released) {
            LOG.warn(
                    "IOMMU {}: store '{}' goes, but its mappings have not all been moved within {}",
                    device,
                    nameOf(store),
                    LIMIT);
        }
    }

    /** A store has thrown; the device leaves it. */
    void failed(StoreFailure failure) {
        if (failure.passing()) {
            defer(failure.store(), failure.getMessage());
        } else {
            refuse(failure.store(), failure.getMessage());
        }
    }

    synchronized IommuSnapshot.Store status() {
        return new IommuSnapshot.Store(
                nameOf(current),
                target == null ? "" : nameOf(target),
                moves,
                last.pauseNanos(),
                last.mappings(),
                problem());
    }

    private String problem() {
        if (!problem.isEmpty()) {
            return problem;
        }
        return choice.unread().entrySet().stream()
                .map(unread -> notUsed(unread.getKey(), unread.getValue()))
                .findFirst()
                .orElseGet(() -> problemOf(current));
    }

    /** Ends moving. The device then has no need of any store. */
    @Override
    public void close() {
        Thread ending;
        synchronized (this) {
            closed = true;
            ending = thread;
            notifyAll();
        }
        try {
            if (ending != null) {
                ending.join(LIMIT.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(BiFunction<MappingStore, Handover.Orders, Handover> handovers) {
        while (workedOn(handovers)) {}
    }

    /**
     * Makes the next move; false if there is none any more. A call for each: a thread that waited in a loop would go on
     * holding what it had to do with last, and so the class loader of a store that is gone.
     */
    private boolean workedOn(BiFunction<MappingStore, Handover.Orders, Handover> handovers) {
        MappingStore wanted = awaitWork();
        if (wanted == null) {
            return false;
        }
        Handover handover = handovers.apply(wanted, orders(wanted));
        try {
            arrive(wanted, move(handover, wanted));
        } catch (RuntimeException | Error e) {
            stay(wanted, e);
        }
        return true;
    }

    private Handover.Result move(Handover handover, MappingStore next) {
        try {
            return handover.move();
        } catch (HandoverFailure e) {
            if (next == resident && wanted(next)) {
                return handover.moveStopped();
            }
            throw e;
        }
    }

    private synchronized MappingStore awaitWork() {
        while (!closed && choice.best() == current) {
            await(choice.retry());
        }
        target = closed ? null : choice.best();
        return target;
    }

    private void arrive(MappingStore next, Handover.Result result) {
        MappingStore left;
        synchronized (this) {
            left = current;
            current = next;
            target = null;
            choice.arrive(next);
            moves++;
            last = result;
            problem = result.damaged() == 0
                    ? ""
                    : "store '%s' lost mappings of %d domains".formatted(nameOf(left), result.damaged());
            notifyAll();
        }
        LOG.info(
                "IOMMU {}: store '{}' took {} mappings over from '{}', requests waited {} us {}",
                device,
                nameOf(next),
                result.mappings(),
                nameOf(left),
                result.pauseNanos() / 1000,
                problem);
    }

    private void stay(MappingStore next, Throwable reason) {
        synchronized (this) {
            target = null;
            notifyAll();
        }
        if (next != resident && wanted(next)) {
            refuse(next, reason.getMessage());
        } else if (next == resident) {
            note(next, reason.getMessage());
            synchronized (this) {
                await(RETRY.toMillis());
            }
        }
    }

    private void defer(MappingStore store, String reason) {
        synchronized (this) {
            boolean known = !choice.defer(store, reason);
            notifyAll();
            if (known) {
                return;
            }
        }
        LOG.warn("IOMMU {}: {}", device, notUsed(store, reason));
    }

    private void refuse(MappingStore store, String reason) {
        synchronized (this) {
            if (!choice.refuse(store)) {
                return;
            }
            notifyAll();
        }
        note(store, reason);
    }

    private void note(MappingStore store, String reason) {
        String text = notUsed(store, reason);
        synchronized (this) {
            problem = text;
        }
        LOG.warn("IOMMU {}: {}", device, text);
    }

    private Handover.Orders orders(MappingStore next) {
        return new Handover.Orders() {
            @Override
            public boolean cancelled() {
                return !wanted(next);
            }

            @Override
            public boolean salvage() {
                synchronized (StoreKeeper.this) {
                    return choice.lost(current);
                }
            }
        };
    }

    private synchronized boolean wanted(MappingStore store) {
        return !closed && choice.best() == store;
    }

    private synchronized boolean awaitRelease(MappingStore store) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!closed && (current == store || target == store)) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            await(left);
        }
        return true;
    }

    private synchronized void await(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            // Nobody interrupts the mover, and who withdraws a store must not leave early: the wait is bounded.
            LOG.debug("IOMMU {}: interrupted while waiting for stores", device);
        }
    }

    private static String notUsed(MappingStore store, String reason) {
        return "store '%s' is not used: %s".formatted(nameOf(store), reason);
    }

    private static String problemOf(MappingStore store) {
        try {
            return store instanceof RecordingStore recording ? recording.problem() : "";
        } catch (RuntimeException | Error e) {
            return e.toString();
        }
    }

    private static String nameOf(MappingStore store) {
        try {
            return store.name();
        } catch (RuntimeException | Error e) {
            return store.getClass().getName();
        }
    }
}
