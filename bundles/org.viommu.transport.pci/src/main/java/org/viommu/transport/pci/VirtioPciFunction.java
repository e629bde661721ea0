// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import org.viommu.memory.GuestMemory;
import org.viommu.transport.pci.internal.FunctionLayout;
import org.viommu.transport.pci.internal.PciConfigLayout;
import org.viommu.transport.pci.internal.VirtioRegisters;
import org.viommu.virtio.VirtioDevice;

/**
 * A virtio device as a PCI function (virtio 1.4, 4.1): without a legacy form, with MSI-X and INTx, and with one vector
 * for each queue and one for configuration changes.
 *
 * <p>The guest's bus master bit holds: while it is clear, the device stands still and uses no memory.
 */
public final class VirtioPciFunction implements PciFunction {
    private final String name;
    private final GuestMemory memory;
    private final VirtioRegisters registers;

    /**
     * Makes a device a function. Nothing else drives the device from now on.
     *
     * @param name for logs, unique in the process
     * @param device to show
     * @param memory that the device's platform uses, for the host to fill
     * @param classCode 24 bits: base class, subclass and programming interface, for example 0x080600 for an IOMMU; for
     *     people only, since virtio drivers look at the device ID
     * @throws IllegalArgumentException if the device's configuration space does not fit
     */
    public VirtioPciFunction(String name, VirtioDevice device, GuestMemory memory, int classCode) {
        if (device.configLength() > FunctionLayout.PAGE_SIZE) {
            throw new IllegalArgumentException("configuration space of %s has %d bytes, more than %d"
                    .formatted(name, device.configLength(), FunctionLayout.PAGE_SIZE));
        }
        this.name = name;
        this.memory = memory;
        this.registers = new VirtioRegisters(device, classCode);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int configSize() {
        return PciConfigLayout.SIZE;
    }

    @Override
    public void readConfig(int offset, ByteBuffer target) {
        registers.readConfig(offset, target);
    }

    @Override
    public void writeConfig(int offset, ByteBuffer source) {
        registers.writeConfig(offset, source);
    }

    @Override
    public List<PciBar> bars() {
        return FunctionLayout.BARS;
    }

    @Override
    public void readBar(int bar, long offset, ByteBuffer target) {
        registers.readBar(bar, offset, target);
    }

    @Override
    public void writeBar(int bar, long offset, ByteBuffer source) {
        registers.writeBar(bar, offset, source);
    }

    @Override
    public int msixVectors() {
        return registers.msixVectors();
    }

    /**
     * The MSI-X vector that the driver has given a queue.
     *
     * @param queue index of the queue
     * @return empty if it has none
     */
    public OptionalInt queueVector(int queue) {
        return registers.queueVector(queue);
    }

    @Override
    public void connect(PciInterrupts interrupts) {
        registers.connect(interrupts);
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public void suspend() {
        registers.suspend();
    }

    @Override
    public void resume() {
        registers.resume();
    }

    @Override
    public byte[] save() {
        return registers.save();
    }

    @Override
    public void restore(byte[] state) {
        registers.restore(state);
    }

    @Override
    public void reset() {
        registers.reset();
    }
}
