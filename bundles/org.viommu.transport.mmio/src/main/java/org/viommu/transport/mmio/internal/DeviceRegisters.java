// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.viommu.transport.mmio.InterruptLine;
import org.viommu.transport.mmio.MmioRegisters;
import org.viommu.virtio.DeviceState;
import org.viommu.virtio.QueueRegisters;
import org.viommu.virtio.VirtioDevice;
import org.viommu.virtio.VirtioFeatures;

/** The registers in front of a device. */
public final class DeviceRegisters implements MmioRegisters {
    /** "VIOM"; no driver looks at it. */
    private static final int VENDOR = 0x4d4f4956;

    private static final long LOW = 0xffff_ffffL;
    private static final int QUEUE_INDEX = 0xffff;

    private final VirtioDevice device;
    private final InterruptState interrupts = new InterruptState();
    private int deviceFeaturesSelect;
    private int driverFeaturesSelect;
    private int queueSelect;

    /**
     * Puts registers in front of a device.
     *
     * @param device that nothing else drives
     */
    public DeviceRegisters(VirtioDevice device) {
        this.device = device;
        device.offer(VirtioFeatures.RING_RESET | VirtioFeatures.NOTIFICATION_DATA);
        device.connect(interrupts);
    }

    @Override
    public void connect(InterruptLine line) {
        interrupts.connect(line);
    }

    /** Resets the device with its machine. Returns when it has stopped using memory. */
    public void reset() {
        device.systemReset();
        forget();
    }

    /** Makes the device stand still. Returns when it has stopped using memory. */
    public void suspend() {
        device.pause();
    }

    /** Lets the device go on after {@link #suspend()}. */
    public void resume() {
        device.resume();
    }

    /**
     * Saves the registers and the device, which is suspended.
     *
     * @return the bytes of {@link WindowStateLayout}
     */
    public byte[] save() {
        DeviceState state = device.save();
        ByteBuffer bytes = ByteBuffer.allocate(WindowStateLayout.DEVICE + state.bytes())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(WindowStateLayout.VERSION, (short) WindowStateLayout.VERSION_1)
                .putInt(WindowStateLayout.DEVICE_FEATURES_SELECT, deviceFeaturesSelect)
                .putInt(WindowStateLayout.DRIVER_FEATURES_SELECT, driverFeaturesSelect)
                .putInt(WindowStateLayout.QUEUE_SELECT, queueSelect)
                .putInt(WindowStateLayout.INTERRUPT_STATUS, interrupts.status());
        state.write(bytes.position(WindowStateLayout.DEVICE));
        return bytes.array();
    }

    /**
     * Takes over what {@link #save()} gave; the device is suspended and as after a reset.
     *
     * @param state the bytes of {@link WindowStateLayout}
     * @throws IllegalArgumentException if they are none, or of a device that this one cannot stand in for; nothing has
     *     changed then
     */
    public void restore(byte[] state) {
        ByteBuffer bytes = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
        if (state.length < WindowStateLayout.DEVICE) {
            throw new IllegalArgumentException("state of a window has %d bytes, at least %d are needed"
                    .formatted(state.length, WindowStateLayout.DEVICE));
        }
        int version = Short.toUnsignedInt(bytes.getShort(WindowStateLayout.VERSION));
        if (version != WindowStateLayout.VERSION_1) {
            throw new IllegalArgumentException(
                    "state of a window has version %d, not %d".formatted(version, WindowStateLayout.VERSION_1));
        }
        DeviceState saved = DeviceState.read(bytes.position(WindowStateLayout.DEVICE));
        if (bytes.hasRemaining()) {
            throw new IllegalArgumentException(
                    "state of a window is followed by %d bytes".formatted(bytes.remaining()));
        }
        device.restore(saved);
        deviceFeaturesSelect = bytes.getInt(WindowStateLayout.DEVICE_FEATURES_SELECT);
        driverFeaturesSelect = bytes.getInt(WindowStateLayout.DRIVER_FEATURES_SELECT);
        queueSelect = bytes.getInt(WindowStateLayout.QUEUE_SELECT);
        interrupts.restore(bytes.getInt(WindowStateLayout.INTERRUPT_STATUS));
    }

    private void forget() {
        interrupts.reset();
        deviceFeaturesSelect = 0;
        driverFeaturesSelect = 0;
        queueSelect = 0;
    }

    @Override
    public long read(long offset, int size) {
        if (isConfig(offset, size)) {
            long value = 0;
            for (int i = size - 1; i >= 0; i--) {
                value = value << Byte.SIZE | device.readConfig((int) (offset - MmioLayout.CONFIG) + i);
            }
            return value;
        }
        return isRegister(offset, size) ? read((int) offset) & LOW : 0;
    }

    @Override
    public void write(long offset, int size, long value) {
        if (isConfig(offset, size)) {
            for (int i = 0; i < size; i++) {
                device.writeConfig((int) (offset - MmioLayout.CONFIG) + i, (int) (value >>> i * Byte.SIZE) & 0xff);
            }
        } else if (isRegister(offset, size)) {
            write((int) offset, (int) value);
        }
    }

    /** Fields of up to 32 bits are accessed as wide as they are, others in halves (virtio 1.4, 4.2.2.2). */
    private static boolean isConfig(long offset, int size) {
        return offset >= MmioLayout.CONFIG
                && offset <= Integer.MAX_VALUE
                && (size == Byte.BYTES || size == Short.BYTES || size == Integer.BYTES)
                && offset % size == 0;
    }

    private static boolean isRegister(long offset, int size) {
        return offset >= 0
                && offset < MmioLayout.CONFIG
                && size == MmioLayout.REGISTER_SIZE
                && offset % MmioLayout.REGISTER_SIZE == 0;
    }

    private long read(int register) {
        return switch (register) {
            case MmioLayout.MAGIC -> MmioLayout.MAGIC_VALUE;
            case MmioLayout.VERSION -> MmioLayout.VERSION_VALUE;
            case MmioLayout.DEVICE_ID -> device.deviceId();
            case MmioLayout.VENDOR_ID -> VENDOR;
            case MmioLayout.DEVICE_FEATURES -> word(device.offeredFeatures(), deviceFeaturesSelect);
            case MmioLayout.QUEUE_SIZE_MAX -> selected() ? queue().maxSize() : 0;
            case MmioLayout.QUEUE_READY -> selected() && queue().enabled() ? 1 : 0;
            case MmioLayout.INTERRUPT_STATUS -> interrupts.status();
            case MmioLayout.STATUS -> device.status();
            case MmioLayout.SHM_LENGTH,
                    MmioLayout.SHM_LENGTH + MmioLayout.REGISTER_SIZE,
                    MmioLayout.SHM_BASE,
                    MmioLayout.SHM_BASE + MmioLayout.REGISTER_SIZE -> -1;
            case MmioLayout.CONFIG_GENERATION -> device.configGeneration();
            // The reset of a queue is done when the write that asks for it returns.
            default -> 0;
        };
    }

    private void write(int register, int value) {
        switch (register) {
            case MmioLayout.DEVICE_FEATURES_SELECT -> deviceFeaturesSelect = value;
            case MmioLayout.DRIVER_FEATURES_SELECT -> driverFeaturesSelect = value;
            case MmioLayout.DRIVER_FEATURES -> device.setDriverFeatures(driverFeaturesSelect, value);
            case MmioLayout.QUEUE_SELECT -> queueSelect = value;
            case MmioLayout.QUEUE_NOTIFY -> device.kick(notified(value));
            case MmioLayout.INTERRUPT_ACK -> interrupts.acknowledge(value);
            case MmioLayout.STATUS -> setStatus(value);
            default -> {
                if (selected()) {
                    writeQueue(register, value);
                }
            }
        }
    }

    private void writeQueue(int register, int value) {
        QueueRegisters queue = queue();
        switch (register) {
            case MmioLayout.QUEUE_SIZE -> queue.setSize(value);
            case MmioLayout.QUEUE_DESCRIPTOR_AREA -> queue.setDescriptorArea(low(queue.descriptorArea(), value));
            case MmioLayout.QUEUE_DESCRIPTOR_AREA + MmioLayout.REGISTER_SIZE ->
                queue.setDescriptorArea(high(queue.descriptorArea(), value));
            case MmioLayout.QUEUE_DRIVER_AREA -> queue.setDriverArea(low(queue.driverArea(), value));
            case MmioLayout.QUEUE_DRIVER_AREA + MmioLayout.REGISTER_SIZE ->
                queue.setDriverArea(high(queue.driverArea(), value));
            case MmioLayout.QUEUE_DEVICE_AREA -> queue.setDeviceArea(low(queue.deviceArea(), value));
            case MmioLayout.QUEUE_DEVICE_AREA + MmioLayout.REGISTER_SIZE ->
                queue.setDeviceArea(high(queue.deviceArea(), value));
            case MmioLayout.QUEUE_READY -> setReady(value);
            case MmioLayout.QUEUE_RESET -> {
                if (value == 1) {
                    device.resetQueue(queueSelect);
                }
            }
            default -> {
                // Read-only, or no register.
            }
        }
    }

    private void setReady(int value) {
        if (value == 1) {
            device.enableQueue(queueSelect);
        } else if (value == 0) {
            device.disableQueue(queueSelect);
        }
    }

    private void setStatus(int status) {
        device.setStatus(status);
        if (status == 0) {
            forget();
        }
    }

    /** How far the driver has come is no news: the ring says it. */
    private int notified(int value) {
        boolean data = (device.acceptedFeatures() & VirtioFeatures.NOTIFICATION_DATA) != 0;
        return data ? value & QUEUE_INDEX : value;
    }

    private boolean selected() {
        List<QueueRegisters> queues = device.queues();
        return queueSelect >= 0 && queueSelect < queues.size();
    }

    private QueueRegisters queue() {
        return device.queues().get(queueSelect);
    }

    private static long word(long features, int select) {
        return select == 0 || select == 1 ? features >>> select * Integer.SIZE : 0;
    }

    private static long low(long address, int value) {
        return address & ~LOW | Integer.toUnsignedLong(value);
    }

    private static long high(long address, int value) {
        return address & LOW | (long) value << Integer.SIZE;
    }
}
