// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;

/**
 * What a virtio function says it is (virtio 1.4, 4.1.2).
 *
 * @param virtioId the device ID of virtio 1.4, chapter 5
 * @param classCode 24 bits: base class, subclass, programming interface; no virtio driver looks at it
 */
public record PciIdentity(int virtioId, int classCode) {
    private static final int VENDOR = 0x1af4;

    /** The PCI device ID of a device without a transitional form, less its virtio device ID. */
    private static final int FIRST_DEVICE = 0x1040;

    /** Subsystem IDs from here on say that there is no transitional form. */
    private static final int FIRST_SUBSYSTEM = 0x40;

    private static final int REVISION = 1;

    /** The first PCI device ID of a device with a transitional form, whose subsystem ID is its virtio device ID. */
    private static final int FIRST_TRANSITIONAL = 0x1000;

    private static final int LAST_DEVICE = 0x107f;

    /**
     * What a function says it is.
     *
     * @param vendor its PCI vendor ID
     * @param device its PCI device ID
     * @param subsystem its PCI subsystem ID
     * @return the virtio device ID, or 0 if it is no virtio device
     */
    public static int virtioId(int vendor, int device, int subsystem) {
        if (vendor != VENDOR || device < FIRST_TRANSITIONAL || device > LAST_DEVICE) {
            return 0;
        }
        return device < FIRST_DEVICE ? subsystem : device - FIRST_DEVICE;
    }

    void writeTo(ByteBuffer header) {
        header.putShort(PciConfigLayout.VENDOR_ID, (short) VENDOR);
        header.putShort(PciConfigLayout.DEVICE_ID, (short) (FIRST_DEVICE + virtioId));
        header.put(PciConfigLayout.REVISION, (byte) REVISION);
        header.put(PciConfigLayout.CLASS_CODE, (byte) classCode);
        header.putShort(PciConfigLayout.CLASS_CODE + 1, (short) (classCode >>> Byte.SIZE));
        header.putShort(PciConfigLayout.SUBSYSTEM_VENDOR_ID, (short) VENDOR);
        header.putShort(PciConfigLayout.SUBSYSTEM_ID, (short) (FIRST_SUBSYSTEM + virtioId));
    }
}
