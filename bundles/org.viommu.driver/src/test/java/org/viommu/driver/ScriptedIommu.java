// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceConfig;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.RingFault;

/** An IOMMU without any function: a script answers each request, and fault reports are whatever bytes a test likes. */
final class ScriptedIommu implements DeviceType {
    /** Answers requests, on the device's thread. */
    @FunctionalInterface
    interface Script {
        /**
         * Answers a request.
         *
         * @param request the device-readable part
         * @param answer as long as the device-writable part, zeros
         * @return the used length; -1 to keep the request
         */
        int answer(ByteBuffer request, ByteBuffer answer);
    }

    static final Script OK = (request, answer) -> answer.capacity();

    long features = IommuFeatures.INPUT_RANGE
            | IommuFeatures.DOMAIN_RANGE
            | IommuFeatures.MAP_UNMAP
            | IommuFeatures.BYPASS
            | IommuFeatures.PROBE
            | IommuFeatures.MMIO
            | IommuFeatures.BYPASS_CONFIG;
    long refused;
    int[] queueSizes = {64, 16};
    volatile Script script = OK;
    volatile int generation;
    volatile boolean restless;
    final ByteBuffer config = ByteBuffer.allocate(IommuConfigLayout.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    final List<ByteBuffer> requests = new CopyOnWriteArrayList<>();
    final List<String> configWrites = new CopyOnWriteArrayList<>();
    final Queue<byte[]> reports = new ConcurrentLinkedQueue<>();
    volatile DeviceActivation activation;
    volatile int eventBuffers = -1;
    boolean recording = true;

    ScriptedIommu() {
        config.putLong(IommuConfigLayout.PAGE_SIZE_MASK, 0x4020_1000L);
        config.putLong(IommuConfigLayout.INPUT_RANGE_START, 0x1000);
        config.putLong(IommuConfigLayout.INPUT_RANGE_END, 0x7f_ffff_ffffL);
        config.putInt(IommuConfigLayout.DOMAIN_RANGE_START, 1);
        config.putInt(IommuConfigLayout.DOMAIN_RANGE_END, 0x9000_0000);
        config.putInt(IommuConfigLayout.PROBE_SIZE, 512);
    }

    /** Has a report sent, which ends where the bytes end. */
    void report(byte[] bytes) {
        reports.add(bytes);
        activation.wake(IommuQueues.EVENT);
    }

    @Override
    public int deviceId() {
        return IommuQueues.DEVICE_ID;
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
        return queueSizes;
    }

    @Override
    public DeviceConfig config() {
        return new DeviceConfig() {
            @Override
            public int length() {
                return IommuConfigLayout.SIZE;
            }

            @Override
            public int read(int offset) {
                if (restless) {
                    generation = generation + 1 & 0xff;
                }
                return Byte.toUnsignedInt(config.get(offset));
            }

            @Override
            public void write(int offset, int value, long accepted) {
                configWrites.add(offset + "=" + value);
                config.put(offset, (byte) value);
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
        return new Session(activation);
    }

    private final class Session implements DeviceSession {
        private final DeviceActivation activation;
        private final MemoryAccess memory;
        private final DeviceQueue requestQueue;
        private final DeviceQueue eventQueue;
        private final Queue<Chain> buffers = new ArrayDeque<>();
        private final Chain chain = new Chain();

        Session(DeviceActivation activation) throws RingFault {
            this.activation = activation;
            memory = activation.openMemory();
            requestQueue = activation.openQueue(IommuQueues.REQUEST, memory);
            eventQueue = activation.openQueue(IommuQueues.EVENT, memory);
        }

        @Override
        public void serve(int queue) throws RingFault {
            try {
                if (queue == IommuQueues.REQUEST) {
                    serveRequests();
                } else {
                    serveReports();
                }
            } catch (AccessFault fault) {
                throw new AssertionError(fault);
            }
        }

        private void serveRequests() throws RingFault, AccessFault {
            do {
                while (requestQueue.pop(chain)) {
                    int used = recording ? scripted() : plain();
                    if (used >= 0) {
                        requestQueue.push(chain, used);
                    }
                }
                requestQueue.publish();
                if (requestQueue.interruptWanted()) {
                    activation.interrupt(IommuQueues.REQUEST);
                }
            } while (requestQueue.enableKicks());
        }

        private int plain() throws AccessFault {
            chain.writeInt(0, 0);
            return 4;
        }

        private int scripted() throws AccessFault {
            ByteBuffer request = buffer(chain.readableLength());
            chain.read(0, request);
            requests.add(request.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
            ByteBuffer answer = buffer(chain.writableLength());
            int used = script.answer(request, answer);
            chain.write(0, answer.clear());
            return used;
        }

        private ByteBuffer buffer(long length) {
            return ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        }

        private void serveReports() throws RingFault, AccessFault {
            Chain next = new Chain();
            while (eventQueue.pop(next)) {
                buffers.add(next);
                next = new Chain();
            }
            eventBuffers = buffers.size();
            while (!reports.isEmpty() && !buffers.isEmpty()) {
                byte[] bytes = reports.remove();
                Chain buffer = buffers.remove();
                buffer.write(0, ByteBuffer.wrap(bytes));
                eventQueue.push(buffer, bytes.length);
            }
            eventQueue.publish();
            if (eventQueue.interruptWanted()) {
                activation.interrupt(IommuQueues.EVENT);
            }
        }

        @Override
        public void close() {
            memory.close();
        }
    }
}
