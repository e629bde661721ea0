// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The capabilities of a virtio function, laid out one behind the other from the end of the header on. */
public final class CapabilityList {
    private final ByteBuffer values = ByteBuffer.allocate(PciConfigLayout.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer masks = ByteBuffer.allocate(PciConfigLayout.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private int last;
    private int next = PciConfigLayout.HEADER_SIZE;

    /** Creates an empty list. */
    public CapabilityList() {}

    /**
     * Adds the place of a virtio structure.
     *
     * @param structure such as {@link VirtioCapabilityLayout#COMMON}
     * @param offset in {@link FunctionLayout#VIRTIO_BAR}
     * @param length in bytes
     */
    public void addStructure(int structure, int offset, int length) {
        addStructure(structure, offset, length, VirtioCapabilityLayout.SIZE);
    }

    /**
     * Adds the place of the notify structure.
     *
     * @param offset in {@link FunctionLayout#VIRTIO_BAR}
     * @param length in bytes
     * @param multiplier bytes for each queue
     */
    public void addNotify(int offset, int length, int multiplier) {
        int at = addStructure(VirtioCapabilityLayout.NOTIFY, offset, length, VirtioCapabilityLayout.LONG_SIZE);
        values.putInt(at + VirtioCapabilityLayout.NOTIFY_MULTIPLIER, multiplier);
    }

    /**
     * Adds the way to the BARs through configuration space. The guest can write all of its fields.
     *
     * @return where the capability is
     */
    public int addPciAccess() {
        int at = add(VirtioCapabilityLayout.CAPABILITY, VirtioCapabilityLayout.LONG_SIZE);
        values.put(at + VirtioCapabilityLayout.CAPABILITY_LENGTH, (byte) VirtioCapabilityLayout.LONG_SIZE);
        values.put(at + VirtioCapabilityLayout.STRUCTURE, (byte) VirtioCapabilityLayout.PCI_ACCESS);
        masks.put(at + VirtioCapabilityLayout.BAR, (byte) -1);
        masks.putInt(at + VirtioCapabilityLayout.OFFSET, -1);
        masks.putInt(at + VirtioCapabilityLayout.LENGTH, -1);
        masks.putInt(at + VirtioCapabilityLayout.PCI_ACCESS_DATA, -1);
        return at;
    }

    /**
     * Adds MSI-X.
     *
     * @param vectors number of vectors, 1 to 128
     * @return where the capability is
     */
    public int addMsix(int vectors) {
        int at = add(MsixLayout.CAPABILITY, MsixLayout.CAPABILITY_SIZE);
        values.putShort(at + MsixLayout.CONTROL, (short) (vectors - 1));
        values.putInt(at + MsixLayout.TABLE, FunctionLayout.MSIX_TABLE | FunctionLayout.MSIX_BAR);
        values.putInt(at + MsixLayout.PENDING, FunctionLayout.MSIX_PENDING | FunctionLayout.MSIX_BAR);
        masks.putShort(at + MsixLayout.CONTROL, (short) (MsixLayout.CONTROL_ENABLED | MsixLayout.CONTROL_MASKED));
        return at;
    }

    private int addStructure(int structure, int offset, int length, int capabilityLength) {
        int at = add(VirtioCapabilityLayout.CAPABILITY, capabilityLength);
        values.put(at + VirtioCapabilityLayout.CAPABILITY_LENGTH, (byte) capabilityLength);
        values.put(at + VirtioCapabilityLayout.STRUCTURE, (byte) structure);
        values.put(at + VirtioCapabilityLayout.BAR, (byte) FunctionLayout.VIRTIO_BAR);
        values.putInt(at + VirtioCapabilityLayout.OFFSET, offset);
        values.putInt(at + VirtioCapabilityLayout.LENGTH, length);
        return at;
    }

    private int add(int id, int length) {
        int at = next;
        values.put(at + PciConfigLayout.CAPABILITY_ID, (byte) id);
        if (last != 0) {
            values.put(last + PciConfigLayout.CAPABILITY_NEXT, (byte) at);
        }
        last = at;
        next += length;
        return at;
    }

    void writeTo(ByteBuffer initial, ByteBuffer writable) {
        int from = PciConfigLayout.HEADER_SIZE;
        initial.put(from, values, from, next - from);
        writable.put(from, masks, from, next - from);
    }
}
