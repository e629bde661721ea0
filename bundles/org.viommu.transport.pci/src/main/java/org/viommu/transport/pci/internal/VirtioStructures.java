// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.io.IOException;
import org.viommu.transport.pci.PciPort;

/**
 * Where a function keeps its virtio structures, as its capabilities tell a driver (virtio 1.4, 4.1.4). Of several for
 * one structure the first counts that a driver can use; what is reserved is passed over.
 */
public final class VirtioStructures {
    /** Without the fields behind {@code queue_device}, which not every function has. */
    private static final int SHORTEST_COMMON = CommonConfigLayout.QUEUE_NOTIFY_CONFIG_DATA.offset();

    /** As many as fit, so that a list that bites its own tail ends. */
    private static final int MOST_CAPABILITIES = (PciConfigLayout.SIZE - PciConfigLayout.HEADER_SIZE) / Integer.BYTES;

    private static final int LAST_BAR = 5;

    private final PciPort port;
    private Structure common;
    private Structure notify;
    private Structure isr;
    private Structure device;
    private int notifyMultiplier;

    /**
     * The place of a structure.
     *
     * @param bar index of the BAR
     * @param offset in the BAR
     * @param length in bytes
     */
    public record Structure(int bar, long offset, long length) {}

    private VirtioStructures(PciPort port) {
        this.port = port;
    }

    /**
     * Walks the capabilities of a function.
     *
     * @param port the way to the function
     * @return what has been found
     * @throws IOException if a structure is missing that a driver cannot do without
     */
    public static VirtioStructures find(PciPort port) throws IOException {
        VirtioStructures found = new VirtioStructures(port);
        if ((port.readConfig(PciConfigLayout.STATUS, Short.BYTES) & PciConfigLayout.STATUS_CAPABILITIES) != 0) {
            found.walk();
        }
        if (found.common == null || found.notify == null || found.isr == null) {
            throw new IOException("PCI function %04x:%04x has no usable %s capability"
                    .formatted(
                            port.readConfig(PciConfigLayout.VENDOR_ID, Short.BYTES),
                            port.readConfig(PciConfigLayout.DEVICE_ID, Short.BYTES),
                            found.common == null ? "common configuration" : found.notify == null ? "notify" : "ISR"));
        }
        return found;
    }

    /**
     * The common configuration.
     *
     * @return its place; at least up to {@code queue_device}
     */
    public Structure common() {
        return common;
    }

    /**
     * Where queues are kicked.
     *
     * @return its place
     */
    public Structure notifications() {
        return notify;
    }

    /**
     * Bytes for each step of {@code queue_notify_off}.
     *
     * @return unsigned 32-bit
     */
    public long notifyMultiplier() {
        return Integer.toUnsignedLong(notifyMultiplier);
    }

    /**
     * The interrupt status.
     *
     * @return its place
     */
    public Structure isr() {
        return isr;
    }

    /**
     * The device-specific configuration.
     *
     * @return its place, or null if the device has none
     */
    public Structure device() {
        return device;
    }

    private void walk() {
        int at = pointer(PciConfigLayout.CAPABILITIES);
        for (int i = 0; i < MOST_CAPABILITIES && at >= PciConfigLayout.HEADER_SIZE; i++) {
            if (get(at + PciConfigLayout.CAPABILITY_ID, Byte.BYTES) == VirtioCapabilityLayout.CAPABILITY
                    && at + VirtioCapabilityLayout.LONG_SIZE <= PciConfigLayout.SIZE) {
                add(at);
            }
            at = pointer(at + PciConfigLayout.CAPABILITY_NEXT);
        }
    }

    /** The two lowest bits of a pointer are reserved. */
    private int pointer(int offset) {
        return (int) get(offset, Byte.BYTES) & -Integer.BYTES;
    }

    private void add(int at) {
        long size = get(at + VirtioCapabilityLayout.CAPABILITY_LENGTH, Byte.BYTES);
        int bar = (int) get(at + VirtioCapabilityLayout.BAR, Byte.BYTES);
        if (size < VirtioCapabilityLayout.SIZE || bar > LAST_BAR) {
            return;
        }
        Structure found = new Structure(
                bar,
                get(at + VirtioCapabilityLayout.OFFSET, Integer.BYTES),
                get(at + VirtioCapabilityLayout.LENGTH, Integer.BYTES));
        switch ((int) get(at + VirtioCapabilityLayout.STRUCTURE, Byte.BYTES)) {
            case VirtioCapabilityLayout.COMMON -> common = first(common, found, SHORTEST_COMMON, Integer.BYTES);
            case VirtioCapabilityLayout.ISR -> isr = first(isr, found, Byte.BYTES, Byte.BYTES);
            case VirtioCapabilityLayout.DEVICE -> device = first(device, found, Byte.BYTES, Integer.BYTES);
            case VirtioCapabilityLayout.NOTIFY -> addNotify(at, size, found);
            default -> {
                // Reserved, or of no use to a driver.
            }
        }
    }

    private void addNotify(int at, long size, Structure found) {
        if (notify == null && size >= VirtioCapabilityLayout.LONG_SIZE) {
            notify = first(null, found, Short.BYTES, Short.BYTES);
            notifyMultiplier = (int) get(at + VirtioCapabilityLayout.NOTIFY_MULTIPLIER, Integer.BYTES);
        }
    }

    private static Structure first(Structure known, Structure found, int shortest, int alignment) {
        boolean usable = found.length() >= shortest && found.offset() % alignment == 0;
        return known == null && usable ? found : known;
    }

    private long get(int offset, int size) {
        return port.readConfig(offset, size);
    }
}
