// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

/** Class codes for the virtio devices that people look for in a list of PCI functions; drivers match by device ID. */
enum PciClass {
    /** Network controller, Ethernet. */
    NETWORK(1, 0x020000),
    /** Mass storage controller, SCSI. */
    BLOCK(2, 0x010000),
    /** Base system peripheral, IOMMU. */
    IOMMU(23, 0x080600);

    private static final int UNASSIGNED = 0xff0000;

    private final int deviceId;
    private final int code;

    PciClass(int deviceId, int code) {
        this.deviceId = deviceId;
        this.code = code;
    }

    /** The class code, 24 bits, for a device ID of virtio 1.4, chapter 5. */
    static int of(int deviceId) {
        for (PciClass known : values()) {
            if (known.deviceId == deviceId) {
                return known.code;
            }
        }
        return UNASSIGNED;
    }
}
