// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;

/**
 * The MSI-X table and its pending bits.
 *
 * <p>Most hosts keep the table themselves, as VFIO asks of them, and forward nothing but reads of the pending bits.
 * What is written here is kept, and its mask bits are obeyed; a vector that nobody has written here is not masked here.
 */
final class MsixWindow implements RegisterWindow {
    private final InterruptRouter interrupts;
    private final ByteBuffer table;

    MsixWindow(InterruptRouter interrupts, int vectors) {
        this.interrupts = interrupts;
        this.table = ByteBuffer.allocate(vectors * MsixLayout.ENTRY_SIZE);
        reset();
    }

    /** Forgets what the guest has written. */
    void reset() {
        for (int at = 0; at < table.capacity(); at++) {
            boolean control = at % MsixLayout.ENTRY_SIZE == MsixLayout.ENTRY_CONTROL;
            table.put(at, (byte) (control ? MsixLayout.ENTRY_MASKED : 0));
        }
    }

    void save(ByteBuffer target) {
        for (int at = 0; at < table.capacity(); at += MsixLayout.ENTRY_SIZE) {
            target.put(FunctionState.vector(at / MsixLayout.ENTRY_SIZE), table, at, MsixLayout.ENTRY_SIZE);
        }
    }

    void restore(ByteBuffer source) {
        for (int at = 0; at < table.capacity(); at += MsixLayout.ENTRY_SIZE) {
            table.put(at, source, FunctionState.vector(at / MsixLayout.ENTRY_SIZE), MsixLayout.ENTRY_SIZE);
        }
    }

    @Override
    public int read(int offset) {
        if (offset >= FunctionLayout.MSIX_PENDING) {
            return interrupts.pending(offset - FunctionLayout.MSIX_PENDING);
        }
        return offset < table.capacity() ? Byte.toUnsignedInt(table.get(offset)) : 0;
    }

    @Override
    public void write(int offset, ByteBuffer source) {
        for (int at = offset; source.hasRemaining(); at++) {
            byte value = source.get();
            if (at < table.capacity()) {
                write(at, value);
            }
        }
    }

    private void write(int offset, byte value) {
        int field = offset % MsixLayout.ENTRY_SIZE;
        if (field < MsixLayout.ENTRY_CONTROL) {
            table.put(offset, value);
        } else if (field == MsixLayout.ENTRY_CONTROL) {
            boolean masked = (value & MsixLayout.ENTRY_MASKED) != 0;
            table.put(offset, (byte) (masked ? MsixLayout.ENTRY_MASKED : 0));
            interrupts.mask(offset / MsixLayout.ENTRY_SIZE, masked);
        }
    }
}
