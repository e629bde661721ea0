// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import java.util.HashMap;
import java.util.Map;
import org.viommu.virtio.DeviceInterrupts;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtqueue.QueueAddresses;

/**
 * A driver's side of a virtio function, written from virtio 1.4, 4.1, alone: it finds everything by capabilities and knows
 * nothing of the function's own layout.
 */
final class PciDriver implements DriverTransport {
    static final int COMMON = 1;
    static final int NOTIFY = 2;
    static final int ISR = 3;
    static final int DEVICE = 4;
    static final int PCI_ACCESS = 5;

    /** A structure that a capability names. */
    record Structure(int capability, int bar, long offset, long length) {}

    final Map<Integer, Structure> structures = new HashMap<>();
    final Host host;
    int msix;
    int multiplier;

    PciDriver(Host host) {
        this.host = host;
        for (int at = (int) host.config(0x34, 1); at != 0; at = (int) host.config(at + 1, 1)) {
            int id = (int) host.config(at, 1);
            if (id == 0x11) {
                msix = at;
            } else if (id == 0x09) {
                int type = (int) host.config(at + 3, 1);
                structures.put(
                        type,
                        new Structure(
                                at, (int) host.config(at + 4, 1), host.config(at + 8, 4), host.config(at + 12, 4)));
                if (type == NOTIFY) {
                    multiplier = (int) host.config(at + 16, 4);
                }
            }
        }
    }

    /** Lets the function use memory, as a bus driver does before its driver begins. */
    PciDriver master() {
        host.config(4, 2, 6);
        return this;
    }

    /** Switches MSI-X on, one vector for each queue and vector 0 for configuration changes. */
    PciDriver messages() {
        host.config(msix + 2, 2, 0x8000);
        return this;
    }

    long common(int offset, int size) {
        Structure common = structures.get(COMMON);
        return host.bar(common.bar(), common.offset() + offset, size);
    }

    void common(int offset, int size, long value) {
        Structure common = structures.get(COMMON);
        host.bar(common.bar(), common.offset() + offset, size, value);
    }

    int isr() {
        Structure isr = structures.get(ISR);
        return (int) host.bar(isr.bar(), isr.offset(), 1);
    }

    void select(int queue) {
        common(0x16, 2, queue);
    }

    @Override
    public int deviceId() {
        return (int) host.config(2, 2) - 0x1040;
    }

    @Override
    public int status() {
        return (int) common(0x14, 1);
    }

    @Override
    public void setStatus(int status) {
        common(0x14, 1, status);
    }

    @Override
    public long offeredFeatures() {
        common(0, 4, 0);
        long low = common(4, 4);
        common(0, 4, 1);
        return low | common(4, 4) << 32;
    }

    @Override
    public void acceptFeatures(long features) {
        common(8, 4, 0);
        common(12, 4, features);
        common(8, 4, 1);
        common(12, 4, features >>> 32);
    }

    @Override
    public int maxQueueSize(int queue) {
        select(queue);
        return (int) common(0x18, 2);
    }

    @Override
    public boolean enableQueue(int queue, QueueAddresses addresses) {
        select(queue);
        common(0x18, 2, addresses.size());
        common(0x20, 8, addresses.descriptorArea());
        common(0x28, 4, addresses.driverArea());
        common(0x2c, 4, addresses.driverArea() >>> 32);
        common(0x30, 8, addresses.deviceArea());
        common(0x1c, 2, 1);
        return common(0x1c, 2) == 1;
    }

    @Override
    public void resetQueue(int queue) {
        select(queue);
        common(0x3a, 2, 1);
    }

    @Override
    public boolean queueResetting(int queue) {
        select(queue);
        return common(0x3a, 2) == 1;
    }

    @Override
    public void kick(int queue) {
        notifyQueue(queue, 2, queue);
    }

    @Override
    public void kick(int queue, int next) {
        notifyQueue(queue, 4, queue | next << 16);
    }

    private void notifyQueue(int queue, int size, int value) {
        select(queue);
        Structure notify = structures.get(NOTIFY);
        host.bar(notify.bar(), notify.offset() + common(0x1e, 2) * multiplier, size, value);
    }

    @Override
    public long readConfig(int offset, int size) {
        Structure device = structures.get(DEVICE);
        return host.bar(device.bar(), device.offset() + offset, size);
    }

    @Override
    public void writeConfig(int offset, int size, long value) {
        Structure device = structures.get(DEVICE);
        host.bar(device.bar(), device.offset() + offset, size, value);
    }

    @Override
    public int configGeneration() {
        return (int) common(0x15, 1);
    }

    @Override
    public void connect(DeviceInterrupts interrupts) {
        throw new UnsupportedOperationException("the host counts the interrupts");
    }
}
