// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.viommu.transport.pci.PciBar;

/** The bytes of a configuration space, and which of their bits the guest can change. Used by one thread at a time. */
public final class ConfigSpace {
    private final ByteBuffer bytes = allocate();
    private final ByteBuffer initial = allocate();
    private final ByteBuffer writable = allocate();

    /**
     * Lays a configuration space out.
     *
     * @param identity vendor and device IDs, class code, revision
     * @param bars the memory BARs, as yet without addresses
     * @param capabilities in the order in which the guest finds them
     */
    public ConfigSpace(PciIdentity identity, List<PciBar> bars, CapabilityList capabilities) {
        identity.writeTo(initial);
        bars.forEach(this::addBar);
        capabilities.writeTo(initial, writable);
        initial.putShort(PciConfigLayout.STATUS, (short) PciConfigLayout.STATUS_CAPABILITIES);
        initial.put(PciConfigLayout.CAPABILITIES, (byte) PciConfigLayout.HEADER_SIZE);
        initial.put(PciConfigLayout.INTERRUPT_PIN, (byte) 1);
        writable.put(PciConfigLayout.INTERRUPT_LINE, (byte) 0xff);
        writable.putShort(PciConfigLayout.COMMAND, (short) (PciConfigLayout.COMMAND_MEMORY
                | PciConfigLayout.COMMAND_BUS_MASTER
                | PciConfigLayout.COMMAND_PARITY
                | PciConfigLayout.COMMAND_SYSTEM_ERROR
                | PciConfigLayout.COMMAND_INTX_DISABLE));
        reset();
    }

    private static ByteBuffer allocate() {
        return ByteBuffer.allocate(PciConfigLayout.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The address bits below a BAR's size are read-only zeros: that is how a guest finds out the size. */
    private void addBar(PciBar bar) {
        int at = PciConfigLayout.BAR0 + bar.index() * PciConfigLayout.BAR_SIZE;
        initial.putInt(
                at,
                (bar.wide() ? PciConfigLayout.BAR_WIDE : 0)
                        | (bar.prefetchable() ? PciConfigLayout.BAR_PREFETCHABLE : 0));
        writable.putInt(at, (int) -bar.size());
        if (bar.wide()) {
            writable.putInt(at + PciConfigLayout.BAR_SIZE, (int) (-bar.size() >>> Integer.SIZE));
        }
    }

    /** Forgets what the guest has written. */
    public void reset() {
        bytes.put(0, initial, 0, PciConfigLayout.SIZE);
    }

    /**
     * Saves what the guest has written.
     *
     * @param target receives {@link PciConfigLayout#SIZE} bytes from its start on
     */
    public void save(ByteBuffer target) {
        for (int at = 0; at < PciConfigLayout.SIZE; at++) {
            target.put(at, (byte) (bytes.get(at) & writable.get(at)));
        }
    }

    /**
     * Takes over what {@link #save} gave. What the guest cannot write stays as it is.
     *
     * @param source holds {@link PciConfigLayout#SIZE} bytes from its start on
     */
    public void restore(ByteBuffer source) {
        for (int at = 0; at < PciConfigLayout.SIZE; at++) {
            write(at, source.get(at));
        }
    }

    /**
     * Reads a byte.
     *
     * @param offset 0 to {@link PciConfigLayout#SIZE} - 1
     * @return 0 to 255
     */
    public int getByte(int offset) {
        return Byte.toUnsignedInt(bytes.get(offset));
    }

    /**
     * Reads a le16.
     *
     * @param offset of its first byte
     * @return 0 to 65535
     */
    public int getShort(int offset) {
        return Short.toUnsignedInt(bytes.getShort(offset));
    }

    /**
     * Reads a le32.
     *
     * @param offset of its first byte
     * @return the value
     */
    public int getInt(int offset) {
        return bytes.getInt(offset);
    }

    /**
     * Sets a byte, whether the guest could or not.
     *
     * @param offset of the byte
     * @param value of which the low eight bits are set
     */
    public void putByte(int offset, int value) {
        bytes.put(offset, (byte) value);
    }

    /**
     * Changes the bits of a byte that the guest can change.
     *
     * @param offset of the byte
     * @param value that the guest has written
     */
    public void write(int offset, int value) {
        int mask = writable.get(offset);
        bytes.put(offset, (byte) (bytes.get(offset) & ~mask | value & mask));
    }
}
