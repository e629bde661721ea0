// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio.internal;

import org.viommu.transport.mmio.InterruptLine;
import org.viommu.transport.mmio.MmioRegisters;

/** Registers without a device: device ID 0, which drivers ignore without a word (virtio 1.4, 4.2.2.2). */
public final class PlaceholderRegisters implements MmioRegisters {
    /** Creates registers. */
    public PlaceholderRegisters() {}

    @Override
    public long read(long offset, int size) {
        if (size == MmioLayout.REGISTER_SIZE && offset == MmioLayout.MAGIC) {
            return MmioLayout.MAGIC_VALUE;
        }
        return size == MmioLayout.REGISTER_SIZE && offset == MmioLayout.VERSION ? MmioLayout.VERSION_VALUE : 0;
    }

    @Override
    public void write(long offset, int size, long value) {}

    @Override
    public void connect(InterruptLine line) {}
}
