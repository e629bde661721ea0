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
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.mapping.RecordFault;

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

    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

    private final String store;
    private final Medium medium;
    private final Inbox inbox;
    private final Thread thread;
    private final Set<DeviceLog> logs = new LinkedHashSet<>();
    private final Map<String, Medium.Device> devices = new HashMap<>();
    private volatile boolean stopping;
    private volatile String problem = "";

    Recorder(String store, Medium medium, Duration commitDelay) {
        this.store = store;
        this.medium = medium;
        inbox = new Inbox(commitDelay);
        thread = new Thread(this::work, "viommu-store-" + store);
        thread.setDaemon(true);
    }

    /** Opens the medium and begins. */
    void start() throws IOException {
        FutureTask<Void> opening = new FutureTask<>(() -> {
            medium.open();
            return null;
        });
        inbox.ask(opening);
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
    void hand(Changes changes) {
        inbox.hand(changes);
    }

    /** Returns when changes are lasting, if that is promised at present. */
    void await(Changes changes) {
        if (inbox.promises()) {
            changes.await();
        }
    }

    /** Drops what a device has handed over and is not yet written. */
    void discard(DeviceLog log) {
        inbox.discard(log);
    }

    /**
     * Reads from the medium.
     *
     * @throws RecordFault if that is not possible
     */
    <T> T read(String device, Reading<T> reading) {
        FutureTask<T> task = new FutureTask<>(() -> {
            try {
                return reading.read(device(device));
            } catch (RuntimeException e) {
                throw new IOException(e.toString(), e);
            }
        });
        if (!inbox.ask(task)) {
            throw new RecordFault(problem().isEmpty() ? "store " + store + " is closed" : problem(), null);
        }
        try {
            return result(task);
        } catch (IOException e) {
            throw new RecordFault(e.getMessage(), e);
        }
    }

    /** Writes what has been handed over and ends. Devices go on from memory. */
    @Override
    public void close() {
        boolean interrupted = false;
        inbox.close();
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
            while (inbox.await(medium::tidy)) {
                runReadings();
                if (inbox.isBehind()) {
                    catchUp();
                } else {
                    write(inbox.take());
                }
            }
        } finally {
            inbox.end();
            medium.close();
        }
    }

    private void runReadings() {
        for (FutureTask<?> reading = inbox.reading(); reading != null; reading = inbox.reading()) {
            reading.run();
        }
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
        // From here on what is handed over waits in the inbox, unless it is in the copies.
        inbox.catchUp();
        synchronized (this) {
            all = new ArrayList<>(logs);
        }
        try {
            devices.clear();
            medium.open();
            for (DeviceLog log : all) {
                log.all().write(device(log.name()));
            }
            medium.commit();
        } catch (IOException | RuntimeException e) {
            fail(e);
            return;
        }
        inbox.promise();
        // What was answered before that promise must be written before the problem is said to be over.
        ArrayDeque<Changes> meanwhile = inbox.take();
        if (meanwhile.isEmpty()) {
            recovered();
        } else {
            write(meanwhile);
        }
    }

    /** All that was ever promised is written. */
    private void recovered() {
        if (!problem.isEmpty()) {
            problem = "";
            LOG.info("store {}: everything is written again", store);
        }
    }

    private void fail(Exception cause) {
        report(cause);
        inbox.fail();
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

    private Medium.Device device(String name) throws IOException {
        Medium.Device device = devices.get(name);
        if (device == null) {
            device = medium.device(name);
            devices.put(name, device);
        }
        return device;
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
