// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** A host of a function for tests: reads and writes its registers, and counts its interrupts. */
final class Host implements PciInterrupts {
    final PciFunction function;
    final AtomicIntegerArray messages = new AtomicIntegerArray(128);
    final AtomicInteger rises = new AtomicInteger();
    volatile boolean pin;

    Host(PciFunction function) {
        this.function = function;
        function.connect(this);
    }

    @Override
    public void msix(int vector) {
        messages.incrementAndGet(vector);
    }

    @Override
    public void intx(boolean asserted) {
        if (asserted) {
            rises.incrementAndGet();
        }
        pin = asserted;
    }

    int allMessages() {
        int all = 0;
        for (int i = 0; i < messages.length(); i++) {
            all += messages.get(i);
        }
        return all;
    }

    long config(int offset, int size) {
        ByteBuffer target = buffer();
        function.readConfig(offset, target.limit(size));
        return target.clear().getLong(0);
    }

    void config(int offset, int size, long value) {
        function.writeConfig(offset, buffer().putLong(0, value).limit(size));
    }

    long bar(int bar, long offset, int size) {
        ByteBuffer target = buffer();
        function.readBar(bar, offset, target.limit(size));
        return target.clear().getLong(0);
    }

    void bar(int bar, long offset, int size, long value) {
        function.writeBar(bar, offset, buffer().putLong(0, value).limit(size));
    }

    private static ByteBuffer buffer() {
        return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
}
