// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.viommu.virtio.EchoType;

/**
 * Shows an echo function as another maker would have built it: a transitional device with its structures in other BARs,
 * one place for all kicks, capabilities that no driver knows, and a list of capabilities that bites its own tail.
 */
final class ForeignPort extends WatchedPort {
    static final int COMMON = 0x68;
    static final int NOTIFY = 0xa4;
    static final int ISR = 0xbc;
    static final int DEVICE = 0xcc;

    final ByteBuffer config = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

    ForeignPort(PciFunction function, int vectors) {
        super(function, vectors);
        config.putInt(0, 0x1005_1af4).putShort(0x2e, (short) EchoType.ID);
        config.putShort(6, (short) 0x10);
        // The two lowest bits mean nothing.
        config.put(0x34, (byte) 0x43);
        config.put(0x40, (byte) 0x11).put(0x41, (byte) 0x54);
        capability(0x54, COMMON, 16, 1, 7, 0, 0x40);
        capability(COMMON, 0x7c, 16, 1, 2, 0x104, 0x40);
        capability(0x7c, 0x90, 16, 1, 0, 0, 0x40);
        capability(0x90, NOTIFY, 16, 0x77, 1, 0, 0x40);
        capability(NOTIFY, ISR, 24, 2, 3, 0x20, 2);
        capability(ISR, DEVICE, 16, 3, 5, 7, 1);
        capability(DEVICE, 0x40, 16, 4, 2, 0x800, EchoType.CONFIG_LENGTH);
    }

    private void capability(int at, int next, int size, int structure, int bar, int offset, int length) {
        config.put(at, (byte) 0x09).put(at + 1, (byte) next).put(at + 2, (byte) size);
        config.put(at + 3, (byte) structure).put(at + 4, (byte) bar);
        config.putInt(at + 8, offset).putInt(at + 12, length);
    }

    @Override
    public long readConfig(int offset, int size) {
        return switch (size) {
            case 1 -> Byte.toUnsignedLong(config.get(offset));
            case 2 -> Short.toUnsignedLong(config.getShort(offset));
            default -> Integer.toUnsignedLong(config.getInt(offset));
        };
    }

    @Override
    public long readBar(int bar, long offset, int size) {
        return super.readBar(4, place(bar, offset, size), size);
    }

    @Override
    public void writeBar(int bar, long offset, int size, long value) {
        if (bar == 3 && offset == 0x20) {
            super.writeBar(4, 0x3000 + 4 * (value & 0xffff), size, value);
        } else {
            super.writeBar(4, place(bar, offset, size), size, value);
        }
    }

    private static long place(int bar, long offset, int size) {
        if (bar == 2 && offset >= 0x104 && offset + size <= 0x144) {
            return offset - 0x104;
        }
        if (bar == 5 && offset == 7 && size == 1) {
            return 0x1000;
        }
        if (bar == 2 && offset >= 0x800 && offset + size <= 0x800 + EchoType.CONFIG_LENGTH) {
            return 0x2000 + offset - 0x800;
        }
        throw new AssertionError("no structure at BAR %d, 0x%x, %d bytes".formatted(bar, offset, size));
    }
}
