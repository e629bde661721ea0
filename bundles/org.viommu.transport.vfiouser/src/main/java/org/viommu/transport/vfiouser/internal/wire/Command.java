// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

/** The commands of vfio-user 0.0, Commands, and DIRTY_PAGES of its drafts. */
public enum Command {
    VERSION(1),
    DMA_MAP(2),
    DMA_UNMAP(3),
    DEVICE_GET_INFO(4),
    DEVICE_GET_REGION_INFO(5),
    DEVICE_GET_REGION_IO_FDS(6),
    DEVICE_GET_IRQ_INFO(7),
    DEVICE_SET_IRQS(8),
    REGION_READ(9),
    REGION_WRITE(10),
    DMA_READ(11),
    DMA_WRITE(12),
    DEVICE_RESET(13),
    DIRTY_PAGES(14),
    REGION_WRITE_MULTI(15),
    DEVICE_FEATURE(16),
    MIG_DATA_READ(17),
    MIG_DATA_WRITE(18),
    /** Any other number. */
    UNKNOWN(0);

    private static final Command[] BY_NUMBER = new Command[19];

    static {
        for (Command command : values()) {
            BY_NUMBER[command.number] = command;
        }
    }

    private final int number;

    Command(int number) {
        this.number = number;
    }

    /** The number in the header. */
    public int number() {
        return number;
    }

    /** The command with a number. */
    public static Command of(int number) {
        return number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
    }
}
