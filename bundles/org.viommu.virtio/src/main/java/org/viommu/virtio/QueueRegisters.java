// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import org.viommu.virtqueue.QueueAddresses;

/**
 * The registers of one queue, as a transport shows them to its driver (virtio 1.4, 4.1.4.3 and 4.2.2). They keep still
 * while the queue is enabled: writes to them are then ignored.
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
     * Sets the size. Any value can be written; {@link #enable()} judges it.
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
     * Enables the queue. Refused, as {@link #enabled()} then shows, for a size that is no power of two or above {@link
     * #maxSize()}, and once the driver has set DRIVER_OK. Addresses are judged when the device begins to use the queue,
     * by the layout that was negotiated; bad ones make it need a reset.
     */
    public void enable() {
        enabled |= !sealed && size > 0 && size <= maxSize && Integer.bitCount(size) == 1;
    }

    /** Lets no more queues be enabled: the device is at work. */
    void seal() {
        sealed = true;
    }

    /** What the driver has configured, or null if the queue is not enabled. */
    QueueAddresses addresses() {
        return enabled ? new QueueAddresses(size, descriptorArea, driverArea, deviceArea) : null;
    }

    void reset() {
        size = maxSize;
        descriptorArea = 0;
        driverArea = 0;
        deviceArea = 0;
        enabled = false;
        sealed = false;
    }
}
