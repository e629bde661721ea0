// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A driver's way to a function in the same process, which notes each write to a BAR. */
class FunctionPort implements PciPort {
    private static final int HEADER = 0x40;
    private static final int MSIX = 0x11;

    final PciFunction function;
    final int vectors;
    final List<String> writes = new CopyOnWriteArrayList<>();

    /** Makes the function ready, as a bus driver does; it uses its pin if there are no vectors. */
    FunctionPort(PciFunction function, int vectors) {
        this.function = function;
        this.vectors = vectors;
        function.writeConfig(4, buffer(2, 6));
        int at = HEADER;
        while (functionConfig(at, 1) != MSIX) {
            at = (int) functionConfig(at + 1, 1);
        }
        function.writeConfig(at + 2, buffer(2, vectors > 0 ? 0x8000 : 0));
    }

    private static ByteBuffer buffer(int size, long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, value)
                .limit(size);
    }

    private long functionConfig(int offset, int size) {
        ByteBuffer target = buffer(size, 0);
        function.readConfig(offset, target);
        return target.clear().getLong(0);
    }

    @Override
    public long readConfig(int offset, int size) {
        return functionConfig(offset, size);
    }

    @Override
    public long readBar(int bar, long offset, int size) {
        ByteBuffer target = buffer(size, 0);
        function.readBar(bar, offset, target);
        return target.clear().getLong(0);
    }

    @Override
    public void writeBar(int bar, long offset, int size, long value) {
        writes.add("%d:%x/%d=%x".formatted(bar, offset, size, value));
        function.writeBar(bar, offset, buffer(size, value));
    }

    @Override
    public int connect(PciInterrupts interrupts) {
        function.connect(interrupts);
        return vectors;
    }
}
