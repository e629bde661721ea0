// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import org.viommu.transport.pci.PciInterrupts;
import org.viommu.transport.pci.PciPort;

/** A function on bus 0, reached by qtest: configuration space by the two ports of a PC, BARs where the test puts them. */
final class QtestPciPort implements PciPort {
    private static final int ADDRESS_PORT = 0xcf8;
    private static final int DATA_PORT = 0xcfc;
    private static final int ENABLED = 1 << 31;

    private static final int COMMAND = 4;
    private static final int MEMORY_AND_BUS_MASTER = 6;
    private static final int FIRST_BAR = 0x10;

    private final Qtest qtest;
    private final int function;
    private final int bar;
    private final long base;
    private volatile PciInterrupts interrupts;

    /**
     * Looks at a function.
     *
     * @param qtest the way to it
     * @param function its device number times 8, and its function number
     * @param bar the only BAR that is used
     * @param base where to put it, below 4 GiB
     */
    QtestPciPort(Qtest qtest, int function, int bar, long base) {
        this.qtest = qtest;
        this.function = function;
        this.bar = bar;
        this.base = base;
        // Functions share the lines of the interrupt controller, so that some calls are spurious.
        qtest.onInterrupt(line -> interrupt());
    }

    private void interrupt() {
        PciInterrupts listener = interrupts;
        if (listener != null) {
            listener.intx(true);
        }
    }

    /** Does what a firmware would; again after each reset of the machine. */
    void makeReady(boolean wide) {
        writeConfig(FIRST_BAR + Integer.BYTES * bar, Integer.BYTES, base);
        if (wide) {
            writeConfig(FIRST_BAR + Integer.BYTES * (bar + 1), Integer.BYTES, 0);
        }
        writeConfig(COMMAND, Short.BYTES, MEMORY_AND_BUS_MASTER);
    }

    /** Whether the function answers at all as {@link #makeReady} has made it. */
    boolean ready() {
        return readConfig(COMMAND, Short.BYTES) == MEMORY_AND_BUS_MASTER;
    }

    private void select(int offset) {
        int address = ENABLED | function << Byte.SIZE | offset & -Integer.BYTES;
        qtest.out(ADDRESS_PORT, Integer.BYTES, Integer.toUnsignedLong(address));
    }

    @Override
    public long readConfig(int offset, int size) {
        synchronized (qtest) {
            select(offset);
            return qtest.in(DATA_PORT + offset % Integer.BYTES, size);
        }
    }

    private void writeConfig(int offset, int size, long value) {
        synchronized (qtest) {
            select(offset);
            qtest.out(DATA_PORT + offset % Integer.BYTES, size, value);
        }
    }

    @Override
    public long readBar(int index, long offset, int size) {
        requireBar(index);
        return qtest.read(base + offset, size);
    }

    @Override
    public void writeBar(int index, long offset, int size, long value) {
        requireBar(index);
        qtest.write(base + offset, size, value);
    }

    private void requireBar(int index) {
        if (index != bar) {
            throw new IllegalArgumentException("BAR " + index + " has no place, only BAR " + bar);
        }
    }

    @Override
    public int connect(PciInterrupts listener) {
        interrupts = listener;
        return 0;
    }
}
