// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

/**
 * The vendor-specific capabilities that say where a virtio function keeps its structures (virtio 1.4, 4.1.4).
 *
 * <pre>
 *       3               2               1               0
 *  00   structure       length          next            ID (0x09)
 *  04   padding                         identifier      BAR index
 *  08   offset in the BAR
 *  0c   length in bytes
 *  10   notify: offset multiplier; PCI configuration access: data window
 * </pre>
 */
public final class VirtioCapabilityLayout {
    /** ID of a vendor-specific capability. */
    public static final int CAPABILITY = 0x09;

    /** u8: size of the capability itself. */
    public static final int CAPABILITY_LENGTH = 2;

    /** u8: which structure the capability is about. */
    public static final int STRUCTURE = 3;

    /** u8: index of the BAR that holds the structure. */
    public static final int BAR = 4;

    /** le32: where in the BAR the structure begins. */
    public static final int OFFSET = 8;

    /** le32: size of the structure. */
    public static final int LENGTH = 12;

    /** Size of a capability without more fields. */
    public static final int SIZE = 16;

    /** le32 in the capability of {@link #NOTIFY}: bytes for each step of {@code queue_notify_off}. */
    public static final int NOTIFY_MULTIPLIER = 16;

    /** Four bytes in the capability of {@link #PCI_ACCESS}: reach into the BAR that the other fields name. */
    public static final int PCI_ACCESS_DATA = 16;

    /** Size of the data window. */
    public static final int PCI_ACCESS_DATA_SIZE = 4;

    /** Size of the capabilities of {@link #NOTIFY} and {@link #PCI_ACCESS}. */
    public static final int LONG_SIZE = 20;

    /** Structure: common configuration, see {@link CommonConfigLayout}. */
    public static final int COMMON = 1;

    /** Structure: where the driver kicks queues. */
    public static final int NOTIFY = 2;

    /** Structure: the interrupt status, one byte. */
    public static final int ISR = 3;

    /** Structure: the device-specific configuration space. */
    public static final int DEVICE = 4;

    /** Structure: a way to the BARs through configuration space. */
    public static final int PCI_ACCESS = 5;

    private VirtioCapabilityLayout() {}
}
