// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.viommu.virtqueue.QueueState;

/**
 * One queue of a {@link DeviceState}.
 *
 * @param size number of entries that the driver has written, unsigned
 * @param descriptorArea address that the driver has written, unsigned
 * @param driverArea address that the driver has written, unsigned
 * @param deviceArea address that the driver has written, unsigned
 * @param enabled whether the driver has enabled the queue
 * @param sealed whether it cannot enable the queue before it resets the device
 * @param position where the device's side stands; empty if it has not begun to use the queue
 */
public record SavedQueue(
        int size,
        long descriptorArea,
        long driverArea,
        long deviceArea,
        boolean enabled,
        boolean sealed,
        Optional<QueueState> position) {
    /**
     * Checks the values against one another.
     *
     * @throws IllegalArgumentException if a queue that is not enabled has a position, or one of another size
     */
    public SavedQueue {
        if (position.isPresent() && (!enabled || position.get().size() != size)) {
            throw new IllegalArgumentException("queue state has position %s, but is %s with %s entries"
                    .formatted(position.get(), enabled ? "enabled" : "disabled", Integer.toUnsignedString(size)));
        }
    }

    void write(ByteBuffer target) {
        int start = target.position();
        target.putInt(
                start + DeviceStateLayout.QUEUE_FLAGS,
                (enabled ? DeviceStateLayout.QUEUE_ENABLED : 0)
                        | (sealed ? DeviceStateLayout.QUEUE_SEALED : 0)
                        | (position.isPresent() ? DeviceStateLayout.QUEUE_IN_USE : 0));
        target.putInt(start + DeviceStateLayout.QUEUE_SIZE, size);
        target.putLong(start + DeviceStateLayout.QUEUE_DESCRIPTOR_AREA, descriptorArea);
        target.putLong(start + DeviceStateLayout.QUEUE_DRIVER_AREA, driverArea);
        target.putLong(start + DeviceStateLayout.QUEUE_DEVICE_AREA, deviceArea);
        position.ifPresent(state -> state.write(target.position(start + DeviceStateLayout.QUEUE_POSITION)));
        target.position(start + DeviceStateLayout.QUEUE);
    }

    static SavedQueue read(ByteBuffer source) {
        int start = source.position();
        int flags = source.getInt(start + DeviceStateLayout.QUEUE_FLAGS);
        boolean inUse = (flags & DeviceStateLayout.QUEUE_IN_USE) != 0;
        QueueState position = inUse ? QueueState.read(source.position(start + DeviceStateLayout.QUEUE_POSITION)) : null;
        source.position(start + DeviceStateLayout.QUEUE);
        return new SavedQueue(
                source.getInt(start + DeviceStateLayout.QUEUE_SIZE),
                source.getLong(start + DeviceStateLayout.QUEUE_DESCRIPTOR_AREA),
                source.getLong(start + DeviceStateLayout.QUEUE_DRIVER_AREA),
                source.getLong(start + DeviceStateLayout.QUEUE_DEVICE_AREA),
                (flags & DeviceStateLayout.QUEUE_ENABLED) != 0,
                (flags & DeviceStateLayout.QUEUE_SEALED) != 0,
                Optional.ofNullable(position));
    }
}
