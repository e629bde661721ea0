// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

/**
 * The header of a PCI function's configuration space (PCI Local Bus 3.0, 6.1), as far as a virtio function uses it.
 *
 * <pre>
 *       3               2               1               0
 *  00   device ID                       vendor ID
 *  04   status                          command
 *  08   class code                                      revision
 *  0c   BIST            header type     latency         cache line
 *  10   BAR 0
 *  ..
 *  24   BAR 5
 *  28   CardBus pointer
 *  2c   subsystem ID                    subsystem vendor ID
 *  30   expansion ROM
 *  34   reserved                                        capabilities
 *  38   reserved
 *  3c   max latency     min grant       interrupt pin   interrupt line
 *  40   first capability
 * </pre>
 */
public final class PciConfigLayout {
    /** le16. */
    public static final int VENDOR_ID = 0x00;

    /** le16. */
    public static final int DEVICE_ID = 0x02;

    /** le16: see the {@code COMMAND_} bits. */
    public static final int COMMAND = 0x04;

    /** le16: see the {@code STATUS_} bits. */
    public static final int STATUS = 0x06;

    /** u8. */
    public static final int REVISION = 0x08;

    /** 24 bits: base class in the highest byte, then subclass, then programming interface. */
    public static final int CLASS_CODE = 0x09;

    /** le32: the first of six base address registers. */
    public static final int BAR0 = 0x10;

    /** Size of a base address register; a 64-bit BAR takes two. */
    public static final int BAR_SIZE = 4;

    /** le16. */
    public static final int SUBSYSTEM_VENDOR_ID = 0x2c;

    /** le16. */
    public static final int SUBSYSTEM_ID = 0x2e;

    /** u8: offset of the first capability. */
    public static final int CAPABILITIES = 0x34;

    /** u8: free for the guest's firmware. */
    public static final int INTERRUPT_LINE = 0x3c;

    /** u8: 1 for INTA. */
    public static final int INTERRUPT_PIN = 0x3d;

    /** Size of the header: where capabilities can begin. */
    public static final int HEADER_SIZE = 0x40;

    /** Size of a conventional configuration space. */
    public static final int SIZE = 0x100;

    /** Command bit: memory BARs answer. The bus decodes addresses, so it means nothing to the function itself. */
    public static final int COMMAND_MEMORY = 1 << 1;

    /** Command bit: the function may read and write memory. */
    public static final int COMMAND_BUS_MASTER = 1 << 2;

    /** Command bit: report parity errors; means nothing here. */
    public static final int COMMAND_PARITY = 1 << 6;

    /** Command bit: report system errors; means nothing here. */
    public static final int COMMAND_SYSTEM_ERROR = 1 << 8;

    /** Command bit: the INTx pin stays silent. */
    public static final int COMMAND_INTX_DISABLE = 1 << 10;

    /** Status bit: an INTx interrupt is pending, whether or not the pin is silent. */
    public static final int STATUS_INTERRUPT = 1 << 3;

    /** Status bit: there are capabilities. */
    public static final int STATUS_CAPABILITIES = 1 << 4;

    /** BAR bits: a 64-bit memory BAR. */
    public static final int BAR_WIDE = 2 << 1;

    /** BAR bit: prefetchable memory. */
    public static final int BAR_PREFETCHABLE = 1 << 3;

    /** Offset in each capability of its ID, u8. */
    public static final int CAPABILITY_ID = 0;

    /** Offset in each capability of the offset of the next one, u8; 0 in the last. */
    public static final int CAPABILITY_NEXT = 1;

    private PciConfigLayout() {}
}
