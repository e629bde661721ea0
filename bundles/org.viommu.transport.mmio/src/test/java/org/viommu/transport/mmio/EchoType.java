// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio;

import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceConfig;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtio.DeviceType;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.RingFault;

/** A device type that answers each buffer with the bytes it brought, on two queues. */
final class EchoType implements DeviceType {
    static final int ID = 63;
    static final long FEATURE = 1L << 3;
    static final int CONFIG_LENGTH = 6;

    final byte[] config = {10, 11, 12, 13, 14, 15};
    volatile int generation;
    volatile DeviceActivation activation;
    volatile int sessions;
    volatile int systemResets;

    @Override
    public int deviceId() {
        return ID;
    }

    @Override
    public long features() {
        return FEATURE;
    }

    @Override
    public int[] queueSizes() {
        return new int[] {64, 16};
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
        MemoryAccess memory = activation.openMemory();
        DeviceQueue[] queues = {activation.openQueue(0, memory), activation.openQueue(1, memory)};
        Chain chain = new Chain();
        return new DeviceSession() {
            @Override
            public void serve(int index) throws RingFault {
                DeviceQueue queue = queues[index];
                do {
                    while (queue.pop(chain)) {
                        queue.push(chain, answer(chain));
                    }
                    queue.publish();
                    if (queue.interruptWanted()) {
                        activation.interrupt(index);
                    }
                } while (queue.enableKicks());
            }

            @Override
            public void close() {
                memory.close();
            }
        };
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
    public void systemReset() {
        systemResets++;
    }
}
