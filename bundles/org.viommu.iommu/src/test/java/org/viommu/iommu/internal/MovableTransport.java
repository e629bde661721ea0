// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.function.IntConsumer;
import org.viommu.virtio.DeviceInterrupts;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtqueue.QueueAddresses;

/** A transport whose device can move elsewhere once the driver has set it up: then only kicks go there. */
final class MovableTransport implements DriverTransport {
    private static final int READY =
            DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FEATURES_OK | DeviceStatus.DRIVER_OK;

    private final DriverTransport first;
    private volatile IntConsumer elsewhere;

    MovableTransport(DriverTransport first) {
        this.first = first;
    }

    /** The device has moved. The last kick may have come too late for it, so there is one more. */
    void moveTo(IntConsumer kicks) {
        elsewhere = kicks;
        kicks.accept(IommuQueues.REQUEST);
    }

    @Override
    public int deviceId() {
        return first.deviceId();
    }

    @Override
    public int status() {
        return elsewhere == null ? first.status() : READY;
    }

    @Override
    public void setStatus(int status) {
        first.setStatus(status);
    }

    @Override
    public long offeredFeatures() {
        return first.offeredFeatures();
    }

    @Override
    public void acceptFeatures(long features) {
        first.acceptFeatures(features);
    }

    @Override
    public int maxQueueSize(int queue) {
        return first.maxQueueSize(queue);
    }

    @Override
    public boolean enableQueue(int queue, QueueAddresses addresses) {
        return first.enableQueue(queue, addresses);
    }

    @Override
    public void resetQueue(int queue) {
        first.resetQueue(queue);
    }

    @Override
    public boolean queueResetting(int queue) {
        return first.queueResetting(queue);
    }

    @Override
    public void kick(int queue) {
        IntConsumer there = elsewhere;
        if (there == null) {
            first.kick(queue);
        } else {
            there.accept(queue);
        }
    }

    @Override
    public void kick(int queue, int next) {
        kick(queue);
    }

    @Override
    public long readConfig(int offset, int size) {
        return first.readConfig(offset, size);
    }

    @Override
    public void writeConfig(int offset, int size, long value) {
        first.writeConfig(offset, size, value);
    }

    @Override
    public int configGeneration() {
        return first.configGeneration();
    }

    @Override
    public void connect(DeviceInterrupts interrupts) {
        first.connect(interrupts);
    }
}
