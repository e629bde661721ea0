// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio;

import org.viommu.transport.mmio.internal.DeviceRegisters;
import org.viommu.transport.mmio.internal.PlaceholderRegisters;
import org.viommu.virtio.VirtioDevice;

/**
 * A virtio device as memory-mapped registers (virtio 1.4, 4.2), version 2. Whoever hosts it forwards the guest's
 * accesses to the window and puts the line on an interrupt controller.
 *
 * <p>An access of any offset, size and value is answered. Registers are accessed as aligned words of 32 bits, the
 * configuration space in aligned pieces of 1, 2 or 4 bytes; anything else reads as zero and ignores writes.
 */
public final class MmioWindow implements MmioRegisters {
    private final DeviceRegisters registers;

    /**
     * Makes a window for a device, which nothing else drives from now on.
     *
     * @param device to show
     */
    public MmioWindow(VirtioDevice device) {
        this.registers = new DeviceRegisters(device);
    }

    /**
     * Makes a window without a device, for a place that the guest's description names all the same.
     *
     * @return a window that shows device ID 0
     */
    public static MmioRegisters placeholder() {
        return new PlaceholderRegisters();
    }

    @Override
    public long read(long offset, int size) {
        return registers.read(offset, size);
    }

    @Override
    public void write(long offset, int size, long value) {
        registers.write(offset, size, value);
    }

    @Override
    public void connect(InterruptLine line) {
        registers.connect(line);
    }

    /** Resets the device as a reset of the whole machine does. Returns when it has stopped using memory. */
    public void reset() {
        registers.reset();
    }
}
