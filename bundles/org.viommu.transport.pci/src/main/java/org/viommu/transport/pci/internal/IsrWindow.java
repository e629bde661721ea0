// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;

/** The interrupt status (virtio 1.4, 4.1.4.5): reading it clears it. */
final class IsrWindow implements RegisterWindow {
    private final InterruptRouter interrupts;

    IsrWindow(InterruptRouter interrupts) {
        this.interrupts = interrupts;
    }

    @Override
    public int read(int offset) {
        return offset == 0 ? interrupts.readStatus() : 0;
    }

    @Override
    public void write(int offset, ByteBuffer source) {}
}
