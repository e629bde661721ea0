// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

/**
 * The MSI-X capability, the vector table and the pending bit array (PCI Local Bus 3.0, 6.8.2).
 *
 * <pre>
 *  capability                                   table entry
 *       3      2      1      0                        3      2      1      0
 *  00   control       next   ID (0x11)           00   message address
 *  04   table offset | BAR index (3 bits)        04   message upper address
 *  08   PBA offset   | BAR index (3 bits)        08   message data
 *                                                0c   vector control
 * </pre>
 *
 * <p>The pending bit array holds one bit for each vector, in 64-bit words.
 */
public final class MsixLayout {
    /** ID of the capability. */
    public static final int CAPABILITY = 0x11;

    /** le16 in the capability: number of vectors less one, and the {@code CONTROL_} bits. */
    public static final int CONTROL = 2;

    /** le32 in the capability: where the table is. */
    public static final int TABLE = 4;

    /** le32 in the capability: where the pending bits are. */
    public static final int PENDING = 8;

    /** Size of the capability. */
    public static final int CAPABILITY_SIZE = 12;

    /** Control bit: all vectors are masked. */
    public static final int CONTROL_MASKED = 1 << 14;

    /** Control bit: interrupts are messages, and the INTx pin is not used. */
    public static final int CONTROL_ENABLED = 1 << 15;

    /** Size of a table entry. */
    public static final int ENTRY_SIZE = 16;

    /** le32 in a table entry: bit 0 masks the vector. */
    public static final int ENTRY_CONTROL = 12;

    /** Bit of {@link #ENTRY_CONTROL}: the vector is masked. */
    public static final int ENTRY_MASKED = 1;

    private MsixLayout() {}
}
