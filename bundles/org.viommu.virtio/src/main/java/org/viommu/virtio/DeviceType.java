// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What makes a virtio device an IOMMU, a disk or an entropy source (virtio 1.4, chapter 5). Registered as a service
 * with the properties {@link #MACHINE} and {@link #NAME}; a host puts a {@link VirtioDevice} and a transport in front
 * of it.
 *
 * <p>The host calls {@link #start} when a driver sets DRIVER_OK and closes the session at reset. There is never more
 * than one session. All methods but {@link #config()}'s are called from one thread at a time.
 */
@ConsumerType
public interface DeviceType {
    /** Service property: name of the machine that the device belongs to. */
    String MACHINE = "viommu.machine";

    /** Service property: name of the device, unique within its machine. */
    String NAME = "viommu.name";

    /**
     * The device ID of virtio 1.4, chapter 5.
     *
     * @return for example 23 for an IOMMU
     */
    int deviceId();

    /**
     * Feature bits to offer: the device type's own, and those of the ring that it can live with. The host adds what
     * belongs to the transport and the platform ({@code VERSION_1}, {@code ACCESS_PLATFORM}).
     *
     * @return one bit for each feature
     */
    long features();

    /**
     * What the type's own features are called, for people.
     *
     * @return the names of the standard, without their prefix, by mask
     */
    default Map<Long, String> featureNames() {
        return Map.of();
    }

    /**
     * Decides on a driver's choice at FEATURES_OK; dependencies between ring features have been checked already.
     *
     * @param accepted a subset of the offered features
     * @return false to refuse: FEATURES_OK will then read back as 0
     */
    default boolean accepts(long accepted) {
        return true;
    }

    /**
     * Largest size of each queue, in entries.
     *
     * @return one power of two for each queue
     */
    int[] queueSizes();

    /**
     * How long the device's thread may watch its queues when it has run out of work, with notifications suppressed,
     * before it sleeps. It watches for less, or not at all, while that does not pay. Asked again and again by that thread:
     * an answer that has changed counts soon.
     *
     * @return nanoseconds, at least 0; 0 to sleep at once
     */
    default long pollMaxNanos() {
        return 0;
    }

    /**
     * The device-specific configuration space.
     *
     * @return the same object at each call
     */
    DeviceConfig config();

    /**
     * Begins to work for a driver that has set DRIVER_OK.
     *
     * @param activation what was negotiated and where the queues and the memory are; valid until the session is closed
     * @return the session, served by one thread
     * @throws org.viommu.virtqueue.RingFault if a queue cannot be used as the driver set it up; the device then needs a
     *     reset
     */
    DeviceSession start(DeviceActivation activation) throws org.viommu.virtqueue.RingFault;

    /**
     * What the type itself keeps, for {@link #restoreState}: all that its driver could notice the loss of, but for
     * queues, features and status. Called while the session, if there is one, rests between two calls; it then holds no
     * chain.
     *
     * @return bytes that name their version, if they may ever change; empty if there is nothing
     */
    default byte[] saveState() {
        return new byte[0];
    }

    /**
     * Takes over what another instance of the type has saved. Called without a session; if the other instance had one,
     * {@link #start} follows.
     *
     * @param state what {@link #saveState()} gave
     * @throws IllegalArgumentException if this instance cannot take that over; nothing has changed then
     */
    default void restoreState(byte[] state) {
        if (state.length != 0) {
            throw new IllegalArgumentException(
                    "device type %d keeps no state, but is given %d bytes".formatted(deviceId(), state.length));
        }
    }

    /**
     * The whole machine is reset, not only this device. Called without a session. What survives a device reset may
     * change now.
     */
    default void systemReset() {}
}
