// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that uses the medium. It writes what the devices hand over, in that order, and commits once for all that has come together meanwhile.
 *
 * <p>If the medium fails, the devices go on without waiting and what they hand over is dropped. From time to time the medium is opened again, each device is
 * told to it as a whole, and when that has been committed all is as before.
 *
 * <p>Thread-safe. A device's log may be locked before this is, never after.
 */
final class Recorder implements AutoCloseable {
    /** Reads from a device's part of the medium. */
    interface Reading<T> {
        T read(Medium.Device device) throws IOException;
    }

    private enum State {
        WRITING,
        BEHIND,
        CATCHING_UP,
        CLOSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

    /** Pieces of a bulk copy that may wait, so that a slow medium slows the copy instead of filling the heap. */
    private static final int MAX_QUEUED = 8;

    private static final long RETRY_MILLIS = 1000;
    private static final long IDLE_MILLIS = 1000;

    private final String store;
    private final Medium medium;
    private final Duration commitDelay;
    private final Thread thread;
    private final Set<DeviceLog> logs = new LinkedHashSet<>();
    private final Map<String, Medium.Device> devices = new HashMap<>();
    private ArrayDeque<Changes> queue = new ArrayDeque<>();
    private final ArrayDeque<FutureTask<?>> readings = new ArrayDeque<>();
    private State state = State.WRITING;
    private boolean closing;
    private volatile boolean stopping;
    private volatile String problem = "";

    Recorder(String store, Medium medium, Duration commitDelay) {
        this.store = store;
        this.medium = medium;
        this.commitDelay = commitDelay;
        thread = new Thread(this::work, "viommu-store-" + store);
        thread.setDaemon(true);
    }

    /** Opens the medium and begins. */
    void start() throws IOException {
        FutureTask<Void> opening = new FutureTask<>(() -> {
            medium.open();
            return null;
        });
        readings.add(opening);
        thread.start();
        try {
            result(opening);
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    synchronized void begin(DeviceLog log) {
        logs.add(log);
    }

    synchronized void end(DeviceLog log) {
        logs.remove(log);
    }

    String problem() {
        return problem.isEmpty() ? medium.problem() : problem;
    }

    /** Whether resets and moves away are consequences of the platform's end. */
    boolean stopping() {
        return stopping;
    }

    void stop() {
        stopping = true;
    }

    /** Takes changes to be written. Waits for a slow medium, not for one that has failed. */
    synchronized void hand(Changes changes) {
        boolean interrupted = false;
        while (state == State.WRITING && !closing && queue.size() >= MAX_QUEUED) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (closing || state == State.BEHIND || state == State.CLOSED) {
            changes.done();
        } else {
            queue.add(changes);
            notifyAll();
        }
    }

    /** Returns when changes are lasting, if that is promised at present. */
    void await(Changes changes) {
        synchronized (this) {
            if (state != State.WRITING || !commitDelay.isZero()) {
                return;
            }
        }
        changes.await();
    }

    /** Drops what a device has handed over and is not yet written. */
    synchronized void discard(DeviceLog log) {
        queue.removeIf(changes -> changes.log() == log);
    }

    /**
     * Reads from the medium.
     *
     * @return empty if that is not possible
     */
    <T> Optional<T> read(String device, Reading<T> reading) {
        FutureTask<T> task = new FutureTask<>(() -> reading.read(device(device)));
        synchronized (this) {
            if (closing || state != State.WRITING) {
                return Optional.empty();
            }
            readings.add(task);
            notifyAll();
        }
        try {
            return Optional.of(result(task));
        } catch (IOException e) {
            report(e);
            return Optional.empty();
        }
    }

    /** Writes what has been handed over and ends. Devices go on from memory. */
    @Override
    public void close() {
        boolean interrupted = false;
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            while (awaitWork()) {
                runReadings();
                if (behind()) {
                    catchUp();
                } else {
                    write(take());
                }
            }
        } finally {
            synchronized (this) {
                state = State.CLOSED;
                queue.forEach(Changes::done);
                queue.clear();
                readings.forEach(reading -> reading.cancel(false));
                notifyAll();
            }
            medium.close();
        }
    }

    /** Returns false when all is written that can be and the store is closed. */
    private boolean awaitWork() {
        while (!awaitChanges()) {
            medium.tidy();
        }
        synchronized (this) {
            if (!commitDelay.isZero() && !closing && readings.isEmpty() && state == State.WRITING) {
                await(commitDelay.toMillis());
            }
            return !closing || !queue.isEmpty() && state != State.BEHIND;
        }
    }

    /** Returns false if nothing has come for a while. */
    private synchronized boolean awaitChanges() {
        if (state == State.BEHIND && !closing) {
            await(RETRY_MILLIS);
        }
        while (queue.isEmpty() && readings.isEmpty() && state == State.WRITING && !closing) {
            if (await(IDLE_MILLIS)) {
                return false;
            }
        }
        return true;
    }

    private synchronized boolean behind() {
        return state == State.BEHIND;
    }

    private synchronized ArrayDeque<Changes> take() {
        ArrayDeque<Changes> taken = queue;
        queue = new ArrayDeque<>();
        notifyAll();
        return taken;
    }

    private void write(ArrayDeque<Changes> taken) {
        if (taken.isEmpty()) {
            return;
        }
        try {
            for (Changes changes : taken) {
                changes.write(device(changes.log().name()));
            }
            medium.commit();
            recovered();
        } catch (IOException | RuntimeException e) {
            fail(e);
        } finally {
            taken.forEach(Changes::done);
        }
    }

    private void catchUp() {
        List<DeviceLog> all;
        synchronized (this) {
            // From here on what is handed over waits in the queue, unless it is in the copies.
            state = State.CATCHING_UP;
            all = new ArrayList<>(logs);
        }
        try {
            devices.clear();
            medium.open();
            for (DeviceLog log : all) {
                log.all().write(device(log.name()));
            }
            medium.commit();
            write(take());
            recovered();
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private void fail(Exception cause) {
        report(cause);
        synchronized (this) {
            state = State.BEHIND;
            queue.forEach(Changes::done);
            queue.clear();
            notifyAll();
        }
        devices.clear();
        medium.close();
    }

    private void report(Exception cause) {
        String text = cause instanceof IOException ? cause.getMessage() : cause.toString();
        if (problem.isEmpty()) {
            LOG.warn("store {}: goes on in memory only: {}", store, text);
            LOG.debug("store {}: why", store, cause);
        }
        problem = text;
    }

    private void recovered() {
        synchronized (this) {
            if (state != State.CATCHING_UP) {
                return;
            }
            state = State.WRITING;
            notifyAll();
        }
        problem = "";
        LOG.info("store {}: everything is written again", store);
    }

    private void runReadings() {
        FutureTask<?> reading;
        do {
            synchronized (this) {
                reading = readings.poll();
            }
            if (reading != null) {
                reading.run();
            }
        } while (reading != null);
    }

    private Medium.Device device(String name) throws IOException {
        Medium.Device device = devices.get(name);
        if (device == null) {
            device = medium.device(name);
            devices.put(name, device);
        }
        return device;
    }

    /** Waits; returns whether the time is over. */
    private synchronized boolean await(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            wait(millis);
        } catch (InterruptedException e) {
            LOG.debug("store {}: nobody but this thread knows it, so who interrupts it?", store);
        }
        return System.nanoTime() - end >= 0;
    }

    private static <T> T result(FutureTask<T> task) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof IOException failure) {
                        throw failure;
                    }
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
