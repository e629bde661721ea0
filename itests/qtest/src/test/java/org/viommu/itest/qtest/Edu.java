// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

/** QEMU's educational device: copies between memory, as the IOMMU lets it, and 4 KiB of its own. */
final class Edu {
    /** Bytes of its own memory. */
    static final int BUFFER_SIZE = 4096;

    private static final int BUFFER = 0x40000;
    private static final int SOURCE = 0x80;
    private static final int TARGET = 0x88;
    private static final int COUNT = 0x90;
    private static final int COMMAND = 0x98;
    private static final int RUN = 1;
    private static final int TO_MEMORY = 2;

    /** It copies a tenth of a second after it was told to. */
    private static final long STEP_NANOS = 200_000_000;

    private final Qtest qtest;
    private final QtestPciPort port;

    Edu(Qtest qtest, QtestPciPort port) {
        this.qtest = qtest;
        this.port = port;
    }

    /** Reads memory; an access that is refused leaves anything in the device. */
    void load(long address, int offset, int length) {
        run(address, BUFFER + offset, length, RUN);
    }

    /** Writes memory; an access that is refused changes nothing. */
    void store(int offset, long address, int length) {
        run(BUFFER + offset, address, length, RUN | TO_MEMORY);
    }

    private void run(long source, long target, int length, int command) {
        port.writeBar(0, SOURCE, Long.BYTES, source);
        port.writeBar(0, TARGET, Long.BYTES, target);
        port.writeBar(0, COUNT, Long.BYTES, length);
        port.writeBar(0, COMMAND, Long.BYTES, command);
        qtest.step(STEP_NANOS);
        if ((port.readBar(0, COMMAND, Long.BYTES) & RUN) != 0) {
            throw new AssertionError("edu has not copied");
        }
    }
}
