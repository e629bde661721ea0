// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.viommu.transport.pci.internal.MsixLayout;
import org.viommu.transport.pci.internal.PciConfigLayout;

/** A driver's direct way to a function in the same process, which has no other host. */
public class FunctionPort implements PciPort {
    private final PciFunction function;
    private final int vectors;

    /**
     * Makes a function ready.
     *
     * @param function to be driven
     * @param vectors how many MSI-X vectors the driver may use; with 0 the function uses its pin
     */
    public FunctionPort(PciFunction function, int vectors) {
        this.function = function;
        this.vectors = vectors;
        makeReady();
    }

    /** Turns on what a bus driver turns on, once more after a reset of the machine. */
    public final void makeReady() {
        set(PciConfigLayout.COMMAND, PciConfigLayout.COMMAND_MEMORY | PciConfigLayout.COMMAND_BUS_MASTER);
        int at = (int) get(PciConfigLayout.CAPABILITIES, 1);
        while (get(at + PciConfigLayout.CAPABILITY_ID, 1) != MsixLayout.CAPABILITY) {
            at = (int) get(at + PciConfigLayout.CAPABILITY_NEXT, 1);
        }
        set(at + MsixLayout.CONTROL, vectors > 0 ? MsixLayout.CONTROL_ENABLED : 0);
    }

    @Override
    public long readConfig(int offset, int size) {
        return get(offset, size);
    }

    @Override
    public long readBar(int bar, long offset, int size) {
        ByteBuffer target = buffer(size, 0);
        function.readBar(bar, offset, target);
        return target.clear().getLong(0);
    }

    @Override
    public void writeBar(int bar, long offset, int size, long value) {
        function.writeBar(bar, offset, buffer(size, value));
    }

    @Override
    public int connect(PciInterrupts interrupts) {
        function.connect(interrupts);
        return vectors;
    }

    private long get(int offset, int size) {
        ByteBuffer target = buffer(size, 0);
        function.readConfig(offset, target);
        return target.clear().getLong(0);
    }

    private void set(int offset, int value) {
        function.writeConfig(offset, buffer(Short.BYTES, value));
    }

    private static ByteBuffer buffer(int size, long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, value)
                .limit(size);
    }
}
