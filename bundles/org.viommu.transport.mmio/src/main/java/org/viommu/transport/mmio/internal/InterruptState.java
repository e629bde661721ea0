// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio.internal;

import org.viommu.transport.mmio.InterruptLine;
import org.viommu.virtio.DeviceInterrupts;

/** The interrupt status, and the level of the line that follows from it. Thread-safe. */
final class InterruptState implements DeviceInterrupts {
    private InterruptLine line = InterruptLine.NONE;
    private int status;

    synchronized void connect(InterruptLine next) {
        line = next;
        if (status != 0) {
            line.level(true);
        }
    }

    synchronized int status() {
        return status;
    }

    synchronized void acknowledge(int bits) {
        set(status & ~bits);
    }

    void reset() {
        acknowledge(-1);
    }

    /** Takes over a status; bits that there are not stay 0 (virtio 1.4, 4.2.2). */
    synchronized void restore(int saved) {
        set(saved & (MmioLayout.INTERRUPT_QUEUE | MmioLayout.INTERRUPT_CONFIG));
    }

    @Override
    public void queue(int queue) {
        raise(MmioLayout.INTERRUPT_QUEUE);
    }

    @Override
    public void config() {
        raise(MmioLayout.INTERRUPT_CONFIG);
    }

    private synchronized void raise(int bit) {
        set(status | bit);
    }

    private void set(int next) {
        boolean changed = (status != 0) != (next != 0);
        status = next;
        if (changed) {
            line.level(next != 0);
        }
    }
}
