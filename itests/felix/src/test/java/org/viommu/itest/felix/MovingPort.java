// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import org.viommu.transport.pci.FunctionPort;
import org.viommu.transport.pci.PciFunction;
import org.viommu.transport.pci.PciInterrupts;
import org.viommu.transport.pci.PciPort;

/** What a guest has of whichever function is there. */
final class MovingPort implements PciPort {
    private static final int VECTORS = 3;

    private volatile FunctionPort port;
    private volatile PciInterrupts interrupts = PciInterrupts.NONE;

    MovingPort(PciFunction function) {
        port = new FunctionPort(function, VECTORS);
    }

    void moveTo(PciFunction function) {
        FunctionPort next = new FunctionPort(function, VECTORS);
        next.connect(interrupts);
        port = next;
    }

    @Override
    public long readConfig(int offset, int size) {
        return port.readConfig(offset, size);
    }

    @Override
    public long readBar(int bar, long offset, int size) {
        return port.readBar(bar, offset, size);
    }

    @Override
    public void writeBar(int bar, long offset, int size, long value) {
        port.writeBar(bar, offset, size, value);
    }

    @Override
    public int connect(PciInterrupts next) {
        interrupts = next;
        return port.connect(next);
    }
}
