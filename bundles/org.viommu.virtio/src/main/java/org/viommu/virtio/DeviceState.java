// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * All that a fresh instance of a device needs to go on where another one stood, besides the driver's memory and what
 * its transport keeps: {@link VirtioDevice#save()} and {@link VirtioDevice#restore}.
 *
 * @param deviceId the device ID of virtio 1.4, chapter 5
 * @param status bits of {@link DeviceStatus}
 * @param driverFeatures what the driver has chosen; agreed on if FEATURES_OK is set
 * @param featuresBeyond one bit for each feature word from the third on in which the driver has chosen something
 * @param configGeneration the last configuration generation that a driver can have seen, 0 to 255
 * @param queues by index
 * @param typeState what {@link DeviceType#saveState()} gave; a read-only buffer of its own at each call
 */
public record DeviceState(
        int deviceId,
        int status,
        long driverFeatures,
        long featuresBeyond,
        int configGeneration,
        List<SavedQueue> queues,
        ByteBuffer typeState) {
    private static final int STATUS_BITS = DeviceStatus.ACKNOWLEDGE
            | DeviceStatus.DRIVER
            | DeviceStatus.DRIVER_OK
            | DeviceStatus.FEATURES_OK
            | DeviceStatus.NEEDS_RESET
            | DeviceStatus.FAILED;

    private static final int BYTE_MASK = 0xff;
    private static final int SHORT_MASK = 0xffff;

    /**
     * Checks the values against one another.
     *
     * @throws IllegalArgumentException if no device comes to stand so
     */
    public DeviceState {
        queues = List.copyOf(queues);
        typeState = typeState.slice().asReadOnlyBuffer();
        boolean featuresOk = (status & DeviceStatus.FEATURES_OK) != 0;
        boolean driverOk = (status & DeviceStatus.DRIVER_OK) != 0;
        boolean broken = (status & DeviceStatus.NEEDS_RESET) != 0;
        if ((status & ~STATUS_BITS) != 0 || driverOk && !featuresOk || broken && !driverOk) {
            throw new IllegalArgumentException("device state has status 0x%x, which no device has".formatted(status));
        }
        if (configGeneration < 0 || configGeneration > BYTE_MASK) {
            throw new IllegalArgumentException("device state has generation " + configGeneration);
        }
        if (!driverOk
                && queues.stream()
                        .anyMatch(queue -> queue.sealed() || queue.position().isPresent())) {
            throw new IllegalArgumentException("device state has a queue in use, but no DRIVER_OK");
        }
    }

    /**
     * What the type has saved.
     *
     * @return a read-only buffer of its own at each call
     */
    @Override
    public ByteBuffer typeState() {
        return typeState.duplicate();
    }

    boolean has(int statusBit) {
        return (status & statusBit) != 0;
    }

    /**
     * How many bytes {@link #write} writes.
     *
     * @return at least 32
     */
    public int bytes() {
        return DeviceStateLayout.SIZE + queues.size() * DeviceStateLayout.QUEUE + typeState.remaining();
    }

    /**
     * Writes the state down.
     *
     * @param target has room for {@link #bytes()} bytes, which are written from its position on in little-endian order,
     *     whatever the buffer's
     */
    public void write(ByteBuffer target) {
        ByteBuffer bytes = ByteBuffer.allocate(bytes()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort(DeviceStateLayout.VERSION, (short) DeviceStateLayout.VERSION_1)
                .putShort(DeviceStateLayout.QUEUES, (short) queues.size())
                .putInt(DeviceStateLayout.DEVICE_ID, deviceId)
                .putShort(DeviceStateLayout.STATUS, (short) status)
                .putShort(DeviceStateLayout.GENERATION, (short) configGeneration)
                .putInt(DeviceStateLayout.TYPE_LENGTH, typeState.remaining())
                .putLong(DeviceStateLayout.FEATURES, driverFeatures)
                .putLong(DeviceStateLayout.FEATURES_BEYOND, featuresBeyond)
                .position(DeviceStateLayout.SIZE);
        queues.forEach(queue -> queue.write(bytes));
        target.put(bytes.put(typeState()).flip());
    }

    /**
     * Reads what {@link #write} has written.
     *
     * @param source holds the state from its position on, which is moved behind it
     * @return the state
     * @throws IllegalArgumentException if the bytes are of another version, too few, or no state
     */
    public static DeviceState read(ByteBuffer source) {
        ByteBuffer bytes = source.slice().order(ByteOrder.LITTLE_ENDIAN);
        require(bytes, DeviceStateLayout.SIZE);
        int version = bytes.getShort(DeviceStateLayout.VERSION) & SHORT_MASK;
        if (version != DeviceStateLayout.VERSION_1) {
            throw new IllegalArgumentException(
                    "device state has version " + version + ", not " + DeviceStateLayout.VERSION_1);
        }
        int count = bytes.getShort(DeviceStateLayout.QUEUES) & SHORT_MASK;
        long typeLength = Integer.toUnsignedLong(bytes.getInt(DeviceStateLayout.TYPE_LENGTH));
        int typeStart = DeviceStateLayout.SIZE + count * DeviceStateLayout.QUEUE;
        require(bytes, typeStart + typeLength);
        bytes.position(DeviceStateLayout.SIZE);
        List<SavedQueue> queues = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            queues.add(SavedQueue.read(bytes));
        }
        byte[] typeState = new byte[(int) typeLength];
        bytes.get(typeState);
        source.position(source.position() + bytes.position());
        return new DeviceState(
                bytes.getInt(DeviceStateLayout.DEVICE_ID),
                bytes.getShort(DeviceStateLayout.STATUS) & SHORT_MASK,
                bytes.getLong(DeviceStateLayout.FEATURES),
                bytes.getLong(DeviceStateLayout.FEATURES_BEYOND),
                bytes.getShort(DeviceStateLayout.GENERATION) & SHORT_MASK,
                queues,
                ByteBuffer.wrap(typeState));
    }

    private static void require(ByteBuffer bytes, long length) {
        if (bytes.remaining() < length) {
            throw new IllegalArgumentException(
                    "device state has %d bytes, at least %d are needed".formatted(bytes.remaining(), length));
        }
    }
}
