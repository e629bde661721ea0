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

    /**
     * Makes the device stand still. Registers stay usable, and notifications are not lost. Returns when the device has
     * stopped using memory.
     */
    public void suspend() {
        registers.suspend();
    }

    /** Lets the device go on after {@link #suspend()}. */
    public void resume() {
        registers.resume();
    }

    /**
     * Saves the registers, the device behind them and its queues, be they in the middle of traffic. The window stays
     * usable.
     *
     * @return a versioned state for {@link #restore}
     * @throws IllegalStateException if the window is not {@linkplain #suspend() suspended}
     */
    public byte[] save() {
        return registers.save();
    }

    /**
     * Goes on where another window stood, which does not go on itself; from {@link #resume()} on. The guest's memory
     * holds what it held when the state was saved.
     *
     * @param state what {@link #save()} gave
     * @throws IllegalArgumentException if this window cannot come to stand so; nothing has changed then
     * @throws IllegalStateException if the window is not {@linkplain #suspend() suspended}, or not as after a {@linkplain
     *     #reset() reset}
     */
    public void restore(byte[] state) {
        registers.restore(state);
    }

    /** Resets the device as a reset of the whole machine does. Returns when it has stopped using memory. */
    public void reset() {
        registers.reset();
    }
}
