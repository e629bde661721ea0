// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;

/**
 * The way to the BARs through configuration space (virtio 1.4, 4.1.4.9): the guest writes a BAR, an offset and a length
 * of 1, 2 or 4 into the capability, and then reads or writes its data window.
 */
final class PciAccess {
    private final ConfigSpace config;
    private final int at;
    private final RegisterFile registers;
    private final ByteBuffer data = ByteBuffer.allocate(VirtioCapabilityLayout.PCI_ACCESS_DATA_SIZE);

    PciAccess(ConfigSpace config, int at, RegisterFile registers) {
        this.config = config;
        this.at = at;
        this.registers = registers;
    }

    /** The guest is about to read configuration space. */
    void beforeRead(int offset, int size) {
        if (touched(offset, size)) {
            data.clear().limit(length());
            registers.read(bar(), offset(), data);
            for (int i = 0; i < length(); i++) {
                config.putByte(window() + i, data.get(i));
            }
        }
    }

    /** The guest has written configuration space. */
    void afterWrite(int offset, int size) {
        if (touched(offset, size)) {
            data.clear();
            for (int i = 0; i < length(); i++) {
                data.put((byte) config.getByte(window() + i));
            }
            registers.write(bar(), offset(), data.flip());
        }
    }

    private boolean touched(int offset, int size) {
        boolean inside = offset < window() + VirtioCapabilityLayout.PCI_ACCESS_DATA_SIZE && offset + size > window();
        return inside && (length() == 1 || length() == 2 || length() == 4);
    }

    private int window() {
        return at + VirtioCapabilityLayout.PCI_ACCESS_DATA;
    }

    private int bar() {
        return config.getByte(at + VirtioCapabilityLayout.BAR);
    }

    private long offset() {
        return Integer.toUnsignedLong(config.getInt(at + VirtioCapabilityLayout.OFFSET));
    }

    private int length() {
        return config.getInt(at + VirtioCapabilityLayout.LENGTH);
    }
}
