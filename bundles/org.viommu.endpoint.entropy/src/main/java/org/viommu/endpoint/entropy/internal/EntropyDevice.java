// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy.internal;

import java.nio.ByteBuffer;
import java.util.Random;
import org.viommu.endpoint.entropy.EntropyQueues;
import org.viommu.endpoint.entropy.StrayDma;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceConfig;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtio.DeviceType;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;

/** A virtio entropy device (virtio 1.4, 5.4) that can be told to misbehave. */
final class EntropyDevice implements DeviceType, StrayDma {
    /** Most bytes that one buffer gets. */
    static final int MAX_FILL = 4096;

    private static final int QUEUE_SIZE = 64;

    private final String name;
    private final Random random;
    private final long rings;
    private final NoConfig config = new NoConfig();

    /** Of the present session, or null. A stray access holds the lock, so that the session cannot end meanwhile. */
    private DeviceActivation active;

    /**
     * Creates a device.
     *
     * @param name for messages
     * @param random makes the bytes
     * @param rings features of {@link RingFeatures} to offer
     */
    EntropyDevice(String name, Random random, long rings) {
        this.name = name;
        this.random = random;
        this.rings = rings;
    }

    @Override
    public int deviceId() {
        return EntropyQueues.DEVICE_ID;
    }

    @Override
    public long features() {
        return rings;
    }

    @Override
    public int[] queueSizes() {
        return new int[] {QUEUE_SIZE};
    }

    @Override
    public DeviceConfig config() {
        return config;
    }

    @Override
    public DeviceSession start(DeviceActivation activation) throws RingFault {
        EntropySession session =
                new EntropySession(activation, new EntropyPool(random, MAX_FILL), () -> setActive(null));
        setActive(activation);
        return session;
    }

    private synchronized void setActive(DeviceActivation activation) {
        active = activation;
    }

    @Override
    public synchronized void write(long iova, int length) {
        if (length < 1 || length > MAX_LENGTH) {
            throw new IllegalArgumentException("length " + length + " is not in 1.." + MAX_LENGTH);
        }
        if (active == null) {
            throw new IllegalStateException("no driver uses " + name);
        }
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        try (MemoryAccess memory = active.openMemory()) {
            memory.write(iova, ByteBuffer.wrap(bytes));
        } catch (AccessFault fault) {
            // What becomes of it is between the IOMMU and the guest.
        }
    }
}
