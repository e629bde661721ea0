// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;
import org.viommu.virtio.QueueRegisters;
import org.viommu.virtio.VirtioDevice;
import org.viommu.virtio.VirtioFeatures;

/** The common configuration structure (virtio 1.4, 4.1.4.3) in front of a device. */
final class CommonConfig implements RegisterWindow {
    private final VirtioDevice device;
    private final InterruptRouter interrupts;
    private int deviceFeatureSelect;
    private int driverFeatureSelect;
    private int queueSelect;

    CommonConfig(VirtioDevice device, InterruptRouter interrupts) {
        this.device = device;
        this.interrupts = interrupts;
    }

    /** Forgets what the driver has selected. */
    void reset() {
        deviceFeatureSelect = 0;
        driverFeatureSelect = 0;
        queueSelect = 0;
    }

    void save(ByteBuffer target) {
        target.putInt(FunctionStateLayout.DEVICE_FEATURE_SELECT, deviceFeatureSelect)
                .putInt(FunctionStateLayout.DRIVER_FEATURE_SELECT, driverFeatureSelect)
                .putShort(FunctionStateLayout.QUEUE_SELECT, (short) queueSelect);
    }

    void restore(ByteBuffer source) {
        deviceFeatureSelect = source.getInt(FunctionStateLayout.DEVICE_FEATURE_SELECT);
        driverFeatureSelect = source.getInt(FunctionStateLayout.DRIVER_FEATURE_SELECT);
        queueSelect = Short.toUnsignedInt(source.getShort(FunctionStateLayout.QUEUE_SELECT));
    }

    @Override
    public int read(int offset) {
        if (offset >= CommonConfigLayout.SIZE) {
            return 0;
        }
        CommonConfigLayout field = CommonConfigLayout.at(offset);
        return (int) (get(field) >>> Byte.SIZE * (offset - field.offset())) & 0xff;
    }

    /** Replaces the written bytes of each field that the access touches, and then sets each of these fields once. */
    @Override
    public void write(int offset, ByteBuffer source) {
        int at = offset;
        while (source.hasRemaining() && at < CommonConfigLayout.SIZE) {
            CommonConfigLayout field = CommonConfigLayout.at(at);
            long value = get(field);
            for (; source.hasRemaining() && at < field.offset() + field.size(); at++) {
                int shift = Byte.SIZE * (at - field.offset());
                value = value & ~(0xffL << shift) | Byte.toUnsignedLong(source.get()) << shift;
            }
            set(field, value);
        }
    }

    private long get(CommonConfigLayout field) {
        return switch (field) {
            case DEVICE_FEATURE_SELECT -> deviceFeatureSelect;
            case DEVICE_FEATURE -> word(device.offeredFeatures(), deviceFeatureSelect);
            case DRIVER_FEATURE_SELECT -> driverFeatureSelect;
            case DRIVER_FEATURE -> word(device.driverFeatures(), driverFeatureSelect);
            case CONFIG_MSIX_VECTOR -> interrupts.configVector();
            case NUM_QUEUES -> device.queues().size();
            case DEVICE_STATUS -> device.status();
            case CONFIG_GENERATION -> device.configGeneration();
            case QUEUE_SELECT -> queueSelect;
            case QUEUE_MSIX_VECTOR -> interrupts.queueVector(queueSelect);
            default -> selected() ? get(field, device.queues().get(queueSelect)) : 0;
        };
    }

    private long get(CommonConfigLayout field, QueueRegisters queue) {
        return switch (field) {
            case QUEUE_SIZE -> queue.size();
            case QUEUE_ENABLE -> queue.enabled() ? 1 : 0;
            case QUEUE_NOTIFY_OFFSET -> queueSelect;
            case QUEUE_DESCRIPTOR_AREA -> queue.descriptorArea();
            case QUEUE_DRIVER_AREA -> queue.driverArea();
            case QUEUE_DEVICE_AREA -> queue.deviceArea();
            case QUEUE_NOTIFY_CONFIG_DATA -> accepted(VirtioFeatures.NOTIF_CONFIG_DATA) ? queueSelect : 0;
            // The reset of a queue is done when the write that asks for it returns; there are no admin queues.
            default -> 0;
        };
    }

    private void set(CommonConfigLayout field, long value) {
        switch (field) {
            case DEVICE_FEATURE_SELECT -> deviceFeatureSelect = (int) value;
            case DRIVER_FEATURE_SELECT -> driverFeatureSelect = (int) value;
            case DRIVER_FEATURE -> device.setDriverFeatures(driverFeatureSelect, (int) value);
            case CONFIG_MSIX_VECTOR -> interrupts.setConfigVector((int) value);
            case DEVICE_STATUS -> setStatus((int) value);
            case QUEUE_SELECT -> queueSelect = (int) value;
            case QUEUE_MSIX_VECTOR -> interrupts.setQueueVector(queueSelect, (int) value);
            default -> {
                if (selected()) {
                    set(field, value, device.queues().get(queueSelect));
                }
            }
        }
    }

    private void set(CommonConfigLayout field, long value, QueueRegisters queue) {
        switch (field) {
            case QUEUE_SIZE -> queue.setSize((int) value);
            case QUEUE_DESCRIPTOR_AREA -> queue.setDescriptorArea(value);
            case QUEUE_DRIVER_AREA -> queue.setDriverArea(value);
            case QUEUE_DEVICE_AREA -> queue.setDeviceArea(value);
            case QUEUE_ENABLE -> {
                if (value == 1) {
                    device.enableQueue(queueSelect);
                }
            }
            case QUEUE_RESET -> {
                if (value == 1 && device.resetQueue(queueSelect)) {
                    interrupts.setQueueVector(queueSelect, InterruptRouter.NO_VECTOR);
                }
            }
            default -> {
                // The other fields are read-only.
            }
        }
    }

    private void setStatus(int status) {
        device.setStatus(status);
        if (status == 0) {
            interrupts.reset();
            reset();
        }
    }

    private boolean accepted(long feature) {
        return (device.acceptedFeatures() & feature) != 0;
    }

    private boolean selected() {
        return queueSelect < device.queues().size();
    }

    private static long word(long features, int select) {
        return select == 0 || select == 1 ? features >>> select * Integer.SIZE & 0xffff_ffffL : 0;
    }
}
