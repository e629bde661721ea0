// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.QueueProgress;
import org.viommu.virtqueue.QueueState;
import org.viommu.virtqueue.RingFault;

/** A device between DRIVER_OK and reset: one session of its type, on a thread of its own. */
final class ActiveDevice implements DeviceActivation, DeviceThread.Work {
    /** Asks a queue whether it has something. */
    private interface Look {
        boolean into(SessionQueue queue) throws RingFault;
    }

    private static final Logger LOG = LoggerFactory.getLogger(VirtioDevice.class);

    private final VirtioDevice device;
    private final DeviceType type;
    private final MemoryPlatform platform;
    private final long features;
    private final DeviceThread thread;

    /** Null for each queue that the driver had not enabled at DRIVER_OK. */
    private final SessionQueue[] queues;

    private DeviceSession session;
    /** Whether another instance has begun the session, and the driver may have missed interrupts since. */
    private final boolean goesOn;

    /** Index of the queue that the thread has had to do with last. */
    private int touched = Breakdown.NONE.queue();

    private volatile boolean broken;
    private volatile boolean over;

    /**
     * Prepares a session.
     *
     * @param queues how each can be used; null for each that cannot, because the driver had not enabled it at DRIVER_OK
     * @param chains counts what is taken from the queues
     * @param paused whether to begin only after {@link #resume()}
     */
    ActiveDevice(
            VirtioDevice device,
            DeviceType type,
            MemoryPlatform platform,
            long features,
            QueueSetup[] queues,
            ChainCounters chains,
            boolean goesOn,
            boolean paused) {
        this.device = device;
        this.type = type;
        this.platform = platform;
        this.features = features;
        this.goesOn = goesOn;
        this.thread = new DeviceThread(
                "viommu-" + device.name(), this, enabled(queues), new Watch(type::pollMaxNanos), paused);
        this.queues = IntStream.range(0, queues.length)
                .mapToObj(i -> queues[i] == null ? null : new SessionQueue(i, queues[i], features, thread, chains))
                .toArray(SessionQueue[]::new);
    }

    private static long enabled(QueueSetup[] queues) {
        long enabled = 0;
        for (int i = 0; i < queues.length; i++) {
            enabled |= queues[i] == null ? 0 : 1L << i;
        }
        return enabled;
    }

    void activate() {
        thread.start();
    }

    /** Activates the device as one that may have broken down before. */
    void goOn(boolean isBroken) {
        broken = isBroken;
        thread.start();
    }

    void pause() {
        thread.pause();
    }

    void resume() {
        thread.resume();
    }

    /**
     * Takes a queue out of use. The session hears of it before its thread does anything else.
     *
     * @param queue index of a queue that was enabled at DRIVER_OK; the thread rests
     */
    void disableQueue(int queue) {
        queues[queue].disable();
    }

    /**
     * Takes a queue into use again.
     *
     * @param queue index of a queue that was disabled
     * @param addresses where it is now
     */
    void enableQueue(int queue, QueueAddresses addresses) {
        queues[queue].enable(addresses);
        thread.wake(queue);
    }

    /** Returns when nothing uses the driver's memory any more. */
    void stop() {
        thread.stop();
    }

    /**
     * Where a queue stands.
     *
     * @param queue index of the queue; the thread rests
     * @return null if the queue has not been used, or never will be
     * @throws IllegalStateException if the session holds chains of the queue
     */
    QueueState position(int queue) {
        return queues[queue] == null || broken ? null : queues[queue].position();
    }

    /** How far a queue has come, or null if it is not in use; asked by any thread. */
    QueueProgress progress(int queue) {
        return queues[queue] == null ? null : queues[queue].progress();
    }

    /** Whether only a reset helps. */
    boolean broken() {
        return broken;
    }

    @Override
    public long features() {
        return features;
    }

    @Override
    public MemoryAccess openMemory() {
        return platform.open();
    }

    @Override
    public DeviceQueue openQueue(int index, MemoryAccess memory) throws RingFault {
        SessionQueue queue = queues[index];
        touched = index;
        if (queue != null) {
            queue.open(memory);
        }
        return queue;
    }

    @Override
    public void wake(int queue) {
        thread.wake(queue);
    }

    @Override
    public void interrupt(int queue) {
        SessionQueue enabled = queues[queue];
        if (!over && enabled != null && enabled.enabled()) {
            device.interrupts().queue(queue);
        }
    }

    @Override
    public void configChanged() {
        if (!over) {
            device.interrupts().config();
        }
    }

    @Override
    public void begin() {
        if (broken) {
            return;
        }
        try {
            session = type.start(this);
            if (goesOn) {
                IntStream.range(0, queues.length).forEach(this::interrupt);
            }
        } catch (RingFault fault) {
            breakDown(fault);
        } catch (RuntimeException | Error defect) {
            breakDown(defect);
        }
    }

    @Override
    public boolean serve(int queue) {
        if (broken) {
            return false;
        }
        SessionQueue woken = queues[queue];
        touched = queue;
        try {
            if (woken.takeReset()) {
                session.queueReset(queue);
            }
            if (woken.attach()) {
                session.serve(queue);
            }
        } catch (RingFault fault) {
            breakDown(fault);
        } catch (RuntimeException | Error defect) {
            breakDown(defect);
        }
        return woken.takeWork();
    }

    @Override
    public long look() {
        return look(SessionQueue::look);
    }

    @Override
    public long endWatch() {
        return look(SessionQueue::endWatch);
    }

    @Override
    public void end() {
        try {
            if (session != null) {
                session.close();
            }
        } catch (RuntimeException | Error defect) {
            breakDown(defect);
        }
        over = true;
    }

    private long look(Look look) {
        long found = 0;
        if (!broken) {
            try {
                for (int i = 0; i < queues.length; i++) {
                    touched = i;
                    found |= queues[i] != null && look.into(queues[i]) ? 1L << i : 0;
                }
            } catch (RingFault fault) {
                breakDown(fault);
            }
        }
        return found;
    }

    private void breakDown(RingFault fault) {
        device.faults().count(touched, fault);
        LOG.debug("{} needs a reset: {}", device.name(), fault.getMessage());
        breakDown();
    }

    private void breakDown(Throwable defect) {
        device.faults().countDefect(touched, defect);
        LOG.warn("{} needs a reset after a defect: {}", device.name(), defect.toString());
        LOG.debug("{}: the defect", device.name(), defect);
        breakDown();
    }

    /** The driver hears about it, since it has set DRIVER_OK (virtio 1.4, 2.1.2). */
    private void breakDown() {
        broken = true;
        device.interrupts().config();
    }
}
