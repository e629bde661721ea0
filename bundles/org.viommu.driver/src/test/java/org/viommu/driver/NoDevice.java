// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import org.viommu.virtio.DeviceInterrupts;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtqueue.QueueAddresses;

/** A transport that leads nowhere. */
final class NoDevice implements DriverTransport {
    @Override
    public int deviceId() {
        return 0;
    }

    @Override
    public int status() {
        return 0;
    }

    @Override
    public void setStatus(int status) {}

    @Override
    public long offeredFeatures() {
        return -1L;
    }

    @Override
    public void acceptFeatures(long features) {}

    @Override
    public int maxQueueSize(int queue) {
        return 0;
    }

    @Override
    public boolean enableQueue(int queue, QueueAddresses addresses) {
        return false;
    }

    @Override
    public void resetQueue(int queue) {}

    @Override
    public boolean queueResetting(int queue) {
        return false;
    }

    @Override
    public void kick(int queue) {}

    @Override
    public void kick(int queue, int next) {}

    @Override
    public long readConfig(int offset, int size) {
        return 0;
    }

    @Override
    public void writeConfig(int offset, int size, long value) {}

    @Override
    public int configGeneration() {
        return 0;
    }

    @Override
    public void connect(DeviceInterrupts interrupts) {}
}
