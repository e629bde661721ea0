// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio;

import java.io.IOException;
import org.viommu.transport.mmio.internal.MmioLayout;
import org.viommu.virtio.DeviceInterrupts;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtqueue.QueueAddresses;

/** A driver's way to a device behind memory-mapped registers (virtio 1.4, 4.2), version 2. */
public final class MmioDriverTransport implements DriverTransport {
    private final MmioRegisters registers;
    private volatile DeviceInterrupts interrupts = DeviceInterrupts.NONE;

    /** One more than the highest index of a queue that has been enabled. */
    private volatile int queues;

    private MmioDriverTransport(MmioRegisters registers) {
        this.registers = registers;
    }

    /**
     * Looks at a device.
     *
     * @param registers the way to its registers, used by nothing else from now on
     * @return a transport, also if there is no device: {@link #deviceId()} says so
     * @throws IOException if the registers are none of a virtio device of version 2
     */
    public static MmioDriverTransport open(MmioRegisters registers) throws IOException {
        MmioDriverTransport transport = new MmioDriverTransport(registers);
        int magic = transport.get(MmioLayout.MAGIC);
        int version = transport.get(MmioLayout.VERSION);
        if (magic != MmioLayout.MAGIC_VALUE || version != MmioLayout.VERSION_VALUE) {
            throw new IOException(
                    "registers have magic 0x%x and version %s, not 0x%x and %d; they are none of a virtio device"
                            .formatted(
                                    magic,
                                    Integer.toUnsignedString(version),
                                    MmioLayout.MAGIC_VALUE,
                                    MmioLayout.VERSION_VALUE));
        }
        registers.connect(transport::level);
        return transport;
    }

    private int get(int register) {
        return (int) registers.read(register, MmioLayout.REGISTER_SIZE);
    }

    private void set(int register, int value) {
        registers.write(register, MmioLayout.REGISTER_SIZE, Integer.toUnsignedLong(value));
    }

    private void setWide(int register, long value) {
        set(register, (int) value);
        set(register + MmioLayout.REGISTER_SIZE, (int) (value >>> Integer.SIZE));
    }

    @Override
    public int deviceId() {
        return get(MmioLayout.DEVICE_ID);
    }

    @Override
    public int status() {
        return get(MmioLayout.STATUS);
    }

    @Override
    public void setStatus(int status) {
        set(MmioLayout.STATUS, status);
    }

    @Override
    public long offeredFeatures() {
        set(MmioLayout.DEVICE_FEATURES_SELECT, 1);
        long high = get(MmioLayout.DEVICE_FEATURES);
        set(MmioLayout.DEVICE_FEATURES_SELECT, 0);
        return high << Integer.SIZE | Integer.toUnsignedLong(get(MmioLayout.DEVICE_FEATURES));
    }

    @Override
    public void acceptFeatures(long features) {
        set(MmioLayout.DRIVER_FEATURES_SELECT, 1);
        set(MmioLayout.DRIVER_FEATURES, (int) (features >>> Integer.SIZE));
        set(MmioLayout.DRIVER_FEATURES_SELECT, 0);
        set(MmioLayout.DRIVER_FEATURES, (int) features);
    }

    @Override
    public int maxQueueSize(int queue) {
        set(MmioLayout.QUEUE_SELECT, queue);
        return Math.min(Math.max(get(MmioLayout.QUEUE_SIZE_MAX), 0), QueueAddresses.MAX_SIZE);
    }

    @Override
    public boolean enableQueue(int queue, QueueAddresses addresses) {
        set(MmioLayout.QUEUE_SELECT, queue);
        // The registers of a queue that is in use must not be changed.
        if (get(MmioLayout.QUEUE_READY) != 0) {
            return false;
        }
        set(MmioLayout.QUEUE_SIZE, addresses.size());
        setWide(MmioLayout.QUEUE_DESCRIPTOR_AREA, addresses.descriptorArea());
        setWide(MmioLayout.QUEUE_DRIVER_AREA, addresses.driverArea());
        setWide(MmioLayout.QUEUE_DEVICE_AREA, addresses.deviceArea());
        queues = Math.max(queues, queue + 1);
        set(MmioLayout.QUEUE_READY, 1);
        return get(MmioLayout.QUEUE_READY) == 1;
    }

    /**
     * Asks the device to stop using a queue, also without RING_RESET (virtio 1.4, 4.2.2.2).
     *
     * @param queue index of a queue that is enabled
     * @return whether the memory of the queue and of its buffers is the driver's alone now
     */
    public boolean disableQueue(int queue) {
        set(MmioLayout.QUEUE_SELECT, queue);
        set(MmioLayout.QUEUE_READY, 0);
        return get(MmioLayout.QUEUE_READY) == 0;
    }

    @Override
    public void resetQueue(int queue) {
        set(MmioLayout.QUEUE_SELECT, queue);
        set(MmioLayout.QUEUE_RESET, 1);
    }

    @Override
    public boolean queueResetting(int queue) {
        set(MmioLayout.QUEUE_SELECT, queue);
        return get(MmioLayout.QUEUE_RESET) != 0;
    }

    @Override
    public void kick(int queue) {
        set(MmioLayout.QUEUE_NOTIFY, queue);
    }

    @Override
    public void kick(int queue, int next) {
        set(MmioLayout.QUEUE_NOTIFY, queue | next << Short.SIZE);
    }

    @Override
    public long readConfig(int offset, int size) {
        return registers.read(MmioLayout.CONFIG + offset, size);
    }

    @Override
    public void writeConfig(int offset, int size, long value) {
        registers.write(MmioLayout.CONFIG + offset, size, value);
    }

    @Override
    public int configGeneration() {
        return get(MmioLayout.CONFIG_GENERATION);
    }

    @Override
    public void connect(DeviceInterrupts next) {
        interrupts = next;
    }

    /** Acknowledges before it tells, so that no event between the two is lost, and until nothing is left. */
    private void level(boolean asserted) {
        if (!asserted) {
            return;
        }
        for (int status = get(MmioLayout.INTERRUPT_STATUS); status != 0; status = get(MmioLayout.INTERRUPT_STATUS)) {
            set(MmioLayout.INTERRUPT_ACK, status);
            if ((status & MmioLayout.INTERRUPT_QUEUE) != 0) {
                for (int queue = 0; queue < queues; queue++) {
                    interrupts.queue(queue);
                }
            }
            if ((status & MmioLayout.INTERRUPT_CONFIG) != 0) {
                interrupts.config();
            }
        }
    }
}
