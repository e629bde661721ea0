// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.Optional;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.QueueProgress;
import org.viommu.virtqueue.QueueState;

/**
 * The registers of one queue, as a transport shows them to its driver (virtio 1.4, 4.1.4.3 and 4.2.2). They keep still
 * while the queue is enabled: writes to them are then ignored. {@link VirtioDevice} enables and disables it.
 *
 * <p>Used by one thread at a time, that of the transport.
 */
public final class QueueRegisters {
    private final int maxSize;
    private int size;
    private long descriptorArea;
    private long driverArea;
    private long deviceArea;
    private boolean enabled;
    private boolean sealed;

    QueueRegisters(int maxSize) {
        this.maxSize = maxSize;
        this.size = maxSize;
    }

    /**
     * The largest size that the device offers.
     *
     * @return a power of two, 1 to 32768
     */
    public int maxSize() {
        return maxSize;
    }

    /**
     * The size that the driver has chosen.
     *
     * @return number of entries; {@link #maxSize()} after a reset
     */
    public int size() {
        return size;
    }

    /**
     * Sets the size. Any value can be written; {@link VirtioDevice#enableQueue} judges it.
     *
     * @param size number of entries
     */
    public void setSize(int size) {
        if (!enabled) {
            this.size = size;
        }
    }

    /**
     * Where the driver has put the descriptors.
     *
     * @return address, unsigned; 0 after a reset
     */
    public long descriptorArea() {
        return descriptorArea;
    }

    /**
     * Sets where the descriptors are.
     *
     * @param address unsigned
     */
    public void setDescriptorArea(long address) {
        if (!enabled) {
            descriptorArea = address;
        }
    }

    /**
     * Where the driver has put what it writes for the device.
     *
     * @return address, unsigned; 0 after a reset
     */
    public long driverArea() {
        return driverArea;
    }

    /**
     * Sets where the driver area is.
     *
     * @param address unsigned
     */
    public void setDriverArea(long address) {
        if (!enabled) {
            driverArea = address;
        }
    }

    /**
     * Where the driver has put what the device writes for it.
     *
     * @return address, unsigned; 0 after a reset
     */
    public long deviceArea() {
        return deviceArea;
    }

    /**
     * Sets where the device area is.
     *
     * @param address unsigned
     */
    public void setDeviceArea(long address) {
        if (!enabled) {
            deviceArea = address;
        }
    }

    /**
     * Whether the device will use the queue.
     *
     * @return false after a reset
     */
    public boolean enabled() {
        return enabled;
    }

    /**
     * Enables the queue, unless its size is not allowed or the device is at work and has not been using the queue.
     * Addresses are judged when the device begins to use the queue; bad ones make it need a reset.
     *
     * @param anySize whether the size need not be a power of two, as for a packed ring
     * @return whether the queue is enabled now and was not before
     */
    boolean enable(boolean anySize) {
        boolean enabling = allows(size, anySize) && !enabled && !sealed;
        enabled |= enabling;
        return enabling;
    }

    /** Lets the driver set up again, and enable, a queue that it had enabled. */
    void disable() {
        sealed &= !enabled;
        enabled = false;
    }

    /** Lets no more queues be enabled: the device is at work. */
    void seal() {
        sealed = true;
    }

    /** Lets the queue be enabled: the device is not at work any more. */
    void unseal() {
        sealed = false;
    }

    /** What the driver has configured. */
    QueueAddresses addresses() {
        return new QueueAddresses(size, descriptorArea, driverArea, deviceArea);
    }

    /** How a device that is at work can use the queue, or null if it cannot. */
    QueueSetup setup(QueueState position) {
        return sealed && !enabled ? null : new QueueSetup(enabled ? addresses() : null, maxSize, position);
    }

    /** What the registers hold, for a device's side of the queue that stands at a position. */
    SavedQueue save(QueueState position) {
        return new SavedQueue(
                size, descriptorArea, driverArea, deviceArea, enabled, sealed, Optional.ofNullable(position));
    }

    /** What an operator sees. */
    QueueView view(int index, QueueProgress progress, long chains, String fault) {
        return new QueueView(
                index,
                maxSize,
                enabled,
                size,
                descriptorArea,
                driverArea,
                deviceArea,
                Optional.ofNullable(progress),
                chains,
                fault);
    }

    /** Takes over what was saved. */
    void restore(SavedQueue saved) {
        size = saved.size();
        descriptorArea = saved.descriptorArea();
        driverArea = saved.driverArea();
        deviceArea = saved.deviceArea();
        enabled = saved.enabled();
        sealed = saved.sealed();
    }

    /** Whether a queue of that size can be enabled. */
    boolean allows(int entries, boolean anySize) {
        return entries > 0 && entries <= maxSize && (anySize || Integer.bitCount(entries) == 1);
    }

    /** Disables the queue and forgets what the driver has written. */
    void reset() {
        disable();
        size = maxSize;
        descriptorArea = 0;
        driverArea = 0;
        deviceArea = 0;
    }
}
