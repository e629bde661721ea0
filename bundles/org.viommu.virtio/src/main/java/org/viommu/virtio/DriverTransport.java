// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import org.osgi.annotation.versioning.ConsumerType;
import org.viommu.virtqueue.QueueAddresses;

/**
 * A transport as a driver sees it (virtio 1.4, chapter 4): the registers of one device, however they are reached. It
 * neither interprets what it carries nor waits for the device.
 *
 * <p>Used by one thread at a time, but for {@link #kick} and {@link #status()}, which any thread may call. A transport
 * that can fail (a socket that breaks) throws {@link java.io.UncheckedIOException}.
 */
@ConsumerType
public interface DriverTransport {
    /**
     * The device ID of virtio 1.4, chapter 5.
     *
     * @return for example 23 for an IOMMU; 0 if there is no device
     */
    int deviceId();

    /**
     * Reads the device status.
     *
     * @return bits of {@link DeviceStatus}
     */
    int status();

    /**
     * Writes the device status.
     *
     * @param status bits of {@link DeviceStatus}; 0 resets the device, which is done once {@link #status()} answers 0
     */
    void setStatus(int status);

    /**
     * The features that the device offers.
     *
     * @return one bit for each feature
     */
    long offeredFeatures();

    /**
     * Tells the device which features the driver accepts, before it sets FEATURES_OK.
     *
     * @param features one bit for each feature
     */
    void acceptFeatures(long features);

    /**
     * The largest size of a queue.
     *
     * @param queue index of the queue, at least 0
     * @return number of entries; 0 if the device has no such queue
     */
    int maxQueueSize(int queue);

    /**
     * Sets a queue up and enables it, before the driver sets DRIVER_OK or after it has reset the queue.
     *
     * @param queue index of the queue
     * @param addresses its size and where it is
     * @return whether the device shows the queue as enabled
     */
    boolean enableQueue(int queue, QueueAddresses addresses);

    /**
     * Asks the device to stop using a queue while the others go on, if RING_RESET is negotiated (virtio 1.4, 2.6.1).
     * That is done once {@link #queueResetting} answers false.
     *
     * @param queue index of a queue that is enabled
     */
    void resetQueue(int queue);

    /**
     * Whether the device still uses a queue that is to be reset.
     *
     * @param queue index of the queue
     * @return false once the memory of the queue and of its buffers is the driver's alone, and the queue can be set up
     *     again
     */
    boolean queueResetting(int queue);

    /**
     * Sends an available buffer notification. Allocates nothing. Not for a driver that has negotiated
     * NOTIFICATION_DATA.
     *
     * @param queue index of the queue
     */
    void kick(int queue);

    /**
     * Sends an available buffer notification, if NOTIFICATION_DATA is negotiated (virtio 1.4, 2.9). Allocates nothing.
     *
     * @param queue index of the queue
     * @param next 16 bits: the available index of a split ring; for a packed ring the slot of the next descriptor to be
     *     made available, with the wrap counter in bit 15
     */
    void kick(int queue, int next);

    /**
     * Reads a field of the device-specific configuration space.
     *
     * @param offset of its first byte
     * @param size 1, 2 or 4 bytes; wider fields are read in halves, guarded by {@link #configGeneration()}
     * @return the value, zero-extended
     */
    long readConfig(int offset, int size);

    /**
     * Writes a field of the device-specific configuration space.
     *
     * @param offset of its first byte
     * @param size 1, 2 or 4 bytes
     * @param value of which the low bytes are written
     */
    void writeConfig(int offset, int size, long value);

    /**
     * Changes whenever reads of the configuration space before and after could be of different states (virtio 1.4,
     * 2.5.1).
     *
     * @return the generation
     */
    int configGeneration();

    /**
     * Says who hears about interrupts from now on. Spurious calls happen.
     *
     * @param interrupts called from any thread; a transport that cannot tell queues apart names each of them
     */
    void connect(DeviceInterrupts interrupts);
}
