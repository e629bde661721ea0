// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import java.util.Map;
import org.viommu.endpoint.block.BlockFeatures;
import org.viommu.endpoint.block.BlockQueues;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceConfig;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtio.DeviceType;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;

/** A virtio block device (virtio 1.4, 5.2) over a disk. */
final class BlockDevice implements DeviceType {
    private static final int QUEUE_SIZE = 256;

    /** What the header and the status leave of a queue's entries if the driver gives each a descriptor of its own. */
    private static final int SEGMENTS = QUEUE_SIZE - 2;

    private final String name;
    private final FileDisk disk;
    private final String serial;
    private final long rings;
    private final BlockConfig config;
    private volatile int pollMaxNanos;

    /**
     * Makes a disk a device.
     *
     * @param name for logs
     * @param serial number, at most 20 ASCII characters
     * @param rings features of {@link RingFeatures} to offer
     * @param pollMaxNanos how long the device may watch its queue before it sleeps; 0 for not at all
     */
    BlockDevice(String name, FileDisk disk, String serial, long rings, int pollMaxNanos) {
        this.name = name;
        this.disk = disk;
        this.serial = serial;
        this.rings = rings;
        this.pollMaxNanos = pollMaxNanos;
        this.config = new BlockConfig(disk, SEGMENTS);
    }

    /** May be changed while the device works. */
    void pollMaxNanos(int nanos) {
        pollMaxNanos = nanos;
    }

    @Override
    public int deviceId() {
        return BlockQueues.DEVICE_ID;
    }

    @Override
    public long features() {
        return rings
                | BlockFeatures.SEG_MAX
                | BlockFeatures.BLK_SIZE
                | BlockFeatures.FLUSH
                | (disk.readOnly() ? BlockFeatures.RO : BlockFeatures.WRITE_ZEROES);
    }

    @Override
    public Map<Long, String> featureNames() {
        return BlockFeatures.NAMES;
    }

    @Override
    public int[] queueSizes() {
        return new int[] {QUEUE_SIZE};
    }

    @Override
    public long pollMaxNanos() {
        return pollMaxNanos;
    }

    @Override
    public DeviceConfig config() {
        return config;
    }

    @Override
    public DeviceSession start(DeviceActivation activation) throws RingFault {
        boolean keepEachWrite = (activation.features() & BlockFeatures.FLUSH) == 0;
        return new BlockSession(activation, new BlockRequests(name, disk, serial, keepEachWrite));
    }
}
