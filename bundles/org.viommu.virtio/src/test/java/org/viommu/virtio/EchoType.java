// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;

/**
 * A device type that answers each buffer with the bytes it brought, on two queues; those of the second in batches. For
 * tests of transports too.
 */
public final class EchoType implements DeviceType {
    public static final int ID = 63;
    public static final long FEATURE_A = 1L << 3;
    static final long FEATURE_B = 1L << 5;
    public static final int CONFIG_LENGTH = 6;

    private final long features;
    private final long pollMaxNanos;
    private final int[] queueSizes;

    EchoType() {
        this(RingFeatures.EVENT_IDX);
    }

    EchoType(long ringFeatures) {
        this(ringFeatures, 0);
    }

    EchoType(long ringFeatures, long pollMaxNanos) {
        this(FEATURE_A | FEATURE_B | ringFeatures, pollMaxNanos, 16, 8);
    }

    private EchoType(long features, long pollMaxNanos, int... queueSizes) {
        this.features = features;
        this.pollMaxNanos = pollMaxNanos;
        this.queueSizes = queueSizes;
    }

    /** A type with {@link #FEATURE_A} and these features, and queues of these sizes. */
    public static EchoType of(long ringFeatures, int first, int second) {
        return new EchoType(FEATURE_A | ringFeatures, 0, first, second);
    }

    /** Runs on the device's thread before each buffer is answered. */
    volatile Runnable beforeAnswer = () -> {};

    volatile Runnable atStart = () -> {};
    volatile Runnable atClose = () -> {};
    public volatile DeviceActivation activation;
    public volatile int served;
    public volatile int sessions;
    final List<Integer> queueResets = new CopyOnWriteArrayList<>();
    volatile Thread resetter;
    private Session session;
    volatile int open;
    public volatile int systemResets;
    volatile long refused;

    public final byte[] config = {10, 11, 12, 13, 14, 15};
    public volatile int generation;
    volatile long acceptedAtWrite = -1;

    @Override
    public int deviceId() {
        return ID;
    }

    @Override
    public long features() {
        return features;
    }

    @Override
    public boolean accepts(long accepted) {
        return (accepted & refused) == 0;
    }

    @Override
    public int[] queueSizes() {
        return queueSizes.clone();
    }

    @Override
    public long pollMaxNanos() {
        return pollMaxNanos;
    }

    @Override
    public DeviceConfig config() {
        return new DeviceConfig() {
            @Override
            public int length() {
                return CONFIG_LENGTH;
            }

            @Override
            public int read(int offset) {
                return config[offset];
            }

            @Override
            public void write(int offset, int value, long accepted) {
                config[offset] = (byte) value;
                acceptedAtWrite = accepted;
            }

            @Override
            public int generation() {
                return generation;
            }
        };
    }

    @Override
    public DeviceSession start(DeviceActivation activation) throws RingFault {
        this.activation = activation;
        sessions++;
        atStart.run();
        session = new Session(activation);
        return session;
    }

    /** Makes each call that a session may make, but without a chain of the queue. */
    void useIdly(int queue) throws RingFault {
        DeviceQueue idle = session.queues[queue];
        Chain none = new Chain();
        if (idle.size() < 1
                || idle.pop(none)
                || idle.serve(none, 1, chain -> 0) > 0
                || idle.interruptWanted()
                || idle.available()
                || idle.enableKicks()) {
            throw new AssertionError("the queue is not empty");
        }
        idle.push(none, 0);
        idle.publish();
        idle.suppressKicks();
    }

    @Override
    public byte[] saveState() {
        return config.clone();
    }

    @Override
    public void restoreState(byte[] state) {
        System.arraycopy(state, 0, config, 0, CONFIG_LENGTH);
    }

    @Override
    public void systemReset() {
        systemResets++;
    }

    private final class Session implements DeviceSession {
        private final Chain chain = new Chain();
        private final MemoryAccess memory;
        private final DeviceQueue[] queues = new DeviceQueue[2];
        private final DeviceActivation activation;

        Session(DeviceActivation activation) throws RingFault {
            this.activation = activation;
            memory = activation.openMemory();
            open++;
            for (int i = 0; i < queues.length; i++) {
                queues[i] = activation.openQueue(i, memory);
            }
        }

        @Override
        public void serve(int index) throws RingFault {
            DeviceQueue queue = queues[index];
            do {
                if (index == 0) {
                    serveSingly(queue);
                } else {
                    serveInBatches(queue);
                }
                queue.publish();
                if (queue.interruptWanted()) {
                    activation.interrupt(index);
                }
            } while (queue.enableKicks());
        }

        private void serveSingly(DeviceQueue queue) throws RingFault {
            while (queue.pop(chain)) {
                beforeAnswer.run();
                queue.push(chain, answer(chain));
                served++;
            }
        }

        private void serveInBatches(DeviceQueue queue) throws RingFault {
            while (queue.serve(chain, 3, this::count) > 0) {
                queue.publish();
            }
        }

        private int count(Chain request) {
            beforeAnswer.run();
            served++;
            return answer(request);
        }

        @Override
        public void queueReset(int queue) {
            queueResets.add(queue);
            resetter = Thread.currentThread();
        }

        private static int answer(Chain chain) {
            int length = (int) Math.min(chain.readableLength(), chain.writableLength());
            try {
                for (int i = 0; i < length; i++) {
                    chain.writeByte(i, chain.readByte(i));
                }
                return length;
            } catch (AccessFault fault) {
                return 0;
            }
        }

        @Override
        public void close() {
            atClose.run();
            memory.close();
            open--;
        }
    }
}
