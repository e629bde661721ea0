// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.List;
import org.viommu.virtqueue.QueueAddresses;

/** A driver's direct way to a device in the same process. */
public final class InProcessTransport implements DriverTransport {
    private final VirtioDevice device;

    /**
     * Puts a driver in front of a device, which offers RING_RESET; its interrupts go to nobody until {@link #connect}.
     *
     * @param device that no other transport uses
     */
    public InProcessTransport(VirtioDevice device) {
        this.device = device;
        device.offer(VirtioFeatures.RING_RESET);
        device.connect(DeviceInterrupts.NONE);
    }

    @Override
    public int deviceId() {
        return device.deviceId();
    }

    @Override
    public int status() {
        return device.status();
    }

    @Override
    public void setStatus(int status) {
        device.setStatus(status);
    }

    @Override
    public long offeredFeatures() {
        return device.offeredFeatures();
    }

    @Override
    public void acceptFeatures(long features) {
        device.setDriverFeatures(0, (int) features);
        device.setDriverFeatures(1, (int) (features >>> Integer.SIZE));
    }

    @Override
    public int maxQueueSize(int queue) {
        List<QueueRegisters> queues = device.queues();
        return queue < queues.size() ? queues.get(queue).maxSize() : 0;
    }

    @Override
    public boolean enableQueue(int queue, QueueAddresses addresses) {
        QueueRegisters registers = device.queues().get(queue);
        registers.setSize(addresses.size());
        registers.setDescriptorArea(addresses.descriptorArea());
        registers.setDriverArea(addresses.driverArea());
        registers.setDeviceArea(addresses.deviceArea());
        device.enableQueue(queue);
        return registers.enabled();
    }

    @Override
    public void resetQueue(int queue) {
        device.resetQueue(queue);
    }

    @Override
    public boolean queueResetting(int queue) {
        return false;
    }

    @Override
    public void kick(int queue) {
        device.kick(queue);
    }

    @Override
    public void kick(int queue, int next) {
        device.kick(queue);
    }

    @Override
    public long readConfig(int offset, int size) {
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << Byte.SIZE | device.readConfig(offset + i);
        }
        return value;
    }

    @Override
    public void writeConfig(int offset, int size, long value) {
        for (int i = 0; i < size; i++) {
            device.writeConfig(offset + i, (int) (value >>> i * Byte.SIZE) & 0xff);
        }
    }

    @Override
    public int configGeneration() {
        return device.configGeneration();
    }

    @Override
    public void connect(DeviceInterrupts interrupts) {
        device.connect(interrupts);
    }
}
