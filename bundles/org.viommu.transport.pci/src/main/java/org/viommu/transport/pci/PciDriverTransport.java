// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import java.io.IOException;
import java.util.Arrays;
import org.viommu.transport.pci.internal.CommonConfigLayout;
import org.viommu.transport.pci.internal.DriverInterrupts;
import org.viommu.transport.pci.internal.PciConfigLayout;
import org.viommu.transport.pci.internal.PciIdentity;
import org.viommu.transport.pci.internal.VirtioStructures;
import org.viommu.transport.pci.internal.VirtioStructures.Structure;
import org.viommu.virtio.DeviceInterrupts;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.VirtioFeatures;
import org.viommu.virtqueue.QueueAddresses;

/**
 * A driver's way to a virtio device on PCI (virtio 1.4, 4.1). It finds all structures by capabilities, and takes
 * functions that lack the fields of newer versions of the standard for ones that do not offer what the fields are for.
 */
public final class PciDriverTransport implements DriverTransport {
    private static final long NO_PLACE = -1;

    private final PciPort port;
    private final Structure common;
    private final Structure notify;
    private final Structure device;
    private final long notifyMultiplier;
    private final DriverInterrupts interrupts;

    /** Where to kick each queue, {@link #NO_PLACE} before it is enabled. */
    private final long[] notifyPlaces;

    /** What to write there. */
    private final int[] notifyData;

    private long accepted;

    private PciDriverTransport(PciPort port, VirtioStructures structures) {
        this.port = port;
        this.common = structures.common();
        this.notify = structures.notifications();
        this.device = structures.device();
        this.notifyMultiplier = structures.notifyMultiplier();
        this.interrupts = new DriverInterrupts(port, structures.isr());
        int queues = (int) get(CommonConfigLayout.NUM_QUEUES);
        this.notifyPlaces = new long[queues];
        this.notifyData = new int[queues];
        Arrays.fill(notifyPlaces, NO_PLACE);
    }

    /**
     * Looks at a function.
     *
     * @param port the way to the function, used by nothing else from now on
     * @return a transport
     * @throws IOException if the function has no virtio structures of version 1.0 or later
     */
    public static PciDriverTransport open(PciPort port) throws IOException {
        PciDriverTransport transport = new PciDriverTransport(port, VirtioStructures.find(port));
        transport.interrupts.connect();
        return transport;
    }

    private long get(CommonConfigLayout field) {
        return port.readBar(common.bar(), common.offset() + field.offset(), field.size());
    }

    private void set(CommonConfigLayout field, long value) {
        port.writeBar(common.bar(), common.offset() + field.offset(), field.size(), value);
    }

    /** A field of 64 bits is written in halves (virtio 1.4, 4.1.3.1). */
    private void setWide(CommonConfigLayout field, long value) {
        long at = common.offset() + field.offset();
        port.writeBar(common.bar(), at, Integer.BYTES, value & 0xffff_ffffL);
        port.writeBar(common.bar(), at + Integer.BYTES, Integer.BYTES, value >>> Integer.SIZE);
    }

    /** Writes a vector, which the device can refuse. */
    private boolean map(CommonConfigLayout field, int vector) {
        set(field, vector);
        return get(field) == vector;
    }

    private void select(int queue) {
        set(CommonConfigLayout.QUEUE_SELECT, queue);
    }

    private boolean exists(int queue) {
        return queue >= 0 && queue < notifyPlaces.length;
    }

    @Override
    public int deviceId() {
        return PciIdentity.virtioId(
                (int) port.readConfig(PciConfigLayout.VENDOR_ID, Short.BYTES),
                (int) port.readConfig(PciConfigLayout.DEVICE_ID, Short.BYTES),
                (int) port.readConfig(PciConfigLayout.SUBSYSTEM_ID, Short.BYTES));
    }

    @Override
    public int status() {
        return (int) get(CommonConfigLayout.DEVICE_STATUS);
    }

    @Override
    public void setStatus(int status) {
        set(CommonConfigLayout.DEVICE_STATUS, status);
    }

    @Override
    public long offeredFeatures() {
        set(CommonConfigLayout.DEVICE_FEATURE_SELECT, 1);
        long high = get(CommonConfigLayout.DEVICE_FEATURE) << Integer.SIZE;
        set(CommonConfigLayout.DEVICE_FEATURE_SELECT, 0);
        return (high | get(CommonConfigLayout.DEVICE_FEATURE))
                & ~(has(CommonConfigLayout.QUEUE_NOTIFY_CONFIG_DATA) ? 0 : VirtioFeatures.NOTIF_CONFIG_DATA)
                & ~(has(CommonConfigLayout.QUEUE_RESET) ? 0 : VirtioFeatures.RING_RESET);
    }

    private boolean has(CommonConfigLayout field) {
        return common.length() >= field.offset() + field.size();
    }

    @Override
    public void acceptFeatures(long features) {
        accepted = features;
        set(CommonConfigLayout.DRIVER_FEATURE_SELECT, 1);
        set(CommonConfigLayout.DRIVER_FEATURE, features >>> Integer.SIZE);
        set(CommonConfigLayout.DRIVER_FEATURE_SELECT, 0);
        set(CommonConfigLayout.DRIVER_FEATURE, features & 0xffff_ffffL);
    }

    private boolean accepted(long feature) {
        return (accepted & feature) != 0;
    }

    /**
     * The largest size of a queue, as the device shows it until the queue is set up.
     *
     * @return number of entries; 0 if the device has no such queue
     */
    @Override
    public int maxQueueSize(int queue) {
        if (!exists(queue)) {
            return 0;
        }
        select(queue);
        return (int) Math.min(get(CommonConfigLayout.QUEUE_SIZE), QueueAddresses.MAX_SIZE);
    }

    @Override
    public boolean enableQueue(int queue, QueueAddresses addresses) {
        if (!exists(queue)) {
            return false;
        }
        select(queue);
        long place = get(CommonConfigLayout.QUEUE_NOTIFY_OFFSET) * notifyMultiplier;
        int kickSize = accepted(VirtioFeatures.NOTIFICATION_DATA) ? Integer.BYTES : Short.BYTES;
        boolean usable = place + kickSize <= notify.length()
                && (notify.offset() + place) % kickSize == 0
                && get(CommonConfigLayout.QUEUE_ENABLE) == 0
                && map(CommonConfigLayout.CONFIG_MSIX_VECTOR, interrupts.configVector())
                && map(CommonConfigLayout.QUEUE_MSIX_VECTOR, interrupts.queueVector(queue));
        if (!usable) {
            return false;
        }
        set(CommonConfigLayout.QUEUE_SIZE, addresses.size());
        setWide(CommonConfigLayout.QUEUE_DESCRIPTOR_AREA, addresses.descriptorArea());
        setWide(CommonConfigLayout.QUEUE_DRIVER_AREA, addresses.driverArea());
        setWide(CommonConfigLayout.QUEUE_DEVICE_AREA, addresses.deviceArea());
        notifyPlaces[queue] = place;
        notifyData[queue] = accepted(VirtioFeatures.NOTIF_CONFIG_DATA)
                ? (int) get(CommonConfigLayout.QUEUE_NOTIFY_CONFIG_DATA)
                : queue;
        interrupts.addQueue(queue);
        set(CommonConfigLayout.QUEUE_ENABLE, 1);
        return get(CommonConfigLayout.QUEUE_ENABLE) == 1;
    }

    @Override
    public void resetQueue(int queue) {
        select(queue);
        set(CommonConfigLayout.QUEUE_RESET, 1);
    }

    @Override
    public boolean queueResetting(int queue) {
        select(queue);
        return get(CommonConfigLayout.QUEUE_RESET) != 0 || get(CommonConfigLayout.QUEUE_ENABLE) != 0;
    }

    /** {@inheritDoc} Ignored for a queue that has never been enabled. */
    @Override
    public void kick(int queue) {
        kick(queue, Short.BYTES, 0);
    }

    /** {@inheritDoc} Ignored for a queue that has never been enabled. */
    @Override
    public void kick(int queue, int next) {
        kick(queue, Integer.BYTES, (long) next << Short.SIZE);
    }

    private void kick(int queue, int size, long position) {
        if (exists(queue) && notifyPlaces[queue] != NO_PLACE) {
            port.writeBar(notify.bar(), notify.offset() + notifyPlaces[queue], size, position | notifyData[queue]);
        }
    }

    @Override
    public long readConfig(int offset, int size) {
        return inConfig(offset, size) ? port.readBar(device.bar(), device.offset() + offset, size) : 0;
    }

    @Override
    public void writeConfig(int offset, int size, long value) {
        if (inConfig(offset, size)) {
            port.writeBar(device.bar(), device.offset() + offset, size, value);
        }
    }

    private boolean inConfig(int offset, int size) {
        return device != null && offset >= 0 && (long) offset + size <= device.length();
    }

    @Override
    public int configGeneration() {
        return (int) get(CommonConfigLayout.CONFIG_GENERATION);
    }

    @Override
    public void connect(DeviceInterrupts target) {
        interrupts.setTarget(target);
    }
}
