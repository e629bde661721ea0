// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.viommu.machine.FunctionView;
import org.viommu.memory.GuestMemory;
import org.viommu.transport.pci.PciBar;
import org.viommu.transport.pci.PciFunction;
import org.viommu.transport.pci.PciInterrupts;
import org.viommu.transport.pci.VirtioPciFunction;
import org.viommu.virtio.VirtioDevice;

/**
 * A function that its host and an operator use in turn: accesses of one wait for one access of the other. It stands still
 * while either of them wants it to.
 */
final class SharedFunction implements PciFunction {
    private final VirtioDevice device;
    private final VirtioPciFunction function;
    private boolean suspended;
    private boolean held;

    SharedFunction(VirtioDevice device, VirtioPciFunction function) {
        this.device = device;
        this.function = function;
    }

    /** Makes the function stand still for an operator, until {@link #release()}; its host does not notice. */
    synchronized void hold() {
        if (!suspended) {
            function.suspend();
        }
        held = true;
    }

    synchronized void release() {
        held = false;
        if (!suspended) {
            function.resume();
        }
    }

    /** What an operator sees. */
    synchronized FunctionView view() {
        List<OptionalInt> vectors = IntStream.range(0, device.queues().size())
                .mapToObj(function::queueVector)
                .toList();
        return new FunctionView(device.view(), vectors);
    }

    int deviceId() {
        return device.deviceId();
    }

    /** Whether no driver has begun with the device. */
    boolean isFresh() {
        return device.status() == 0;
    }

    @Override
    public String name() {
        return function.name();
    }

    @Override
    public int configSize() {
        return function.configSize();
    }

    @Override
    public synchronized void readConfig(int offset, ByteBuffer target) {
        function.readConfig(offset, target);
    }

    @Override
    public synchronized void writeConfig(int offset, ByteBuffer source) {
        function.writeConfig(offset, source);
    }

    @Override
    public List<PciBar> bars() {
        return function.bars();
    }

    @Override
    public synchronized void readBar(int bar, long offset, ByteBuffer target) {
        function.readBar(bar, offset, target);
    }

    @Override
    public synchronized void writeBar(int bar, long offset, ByteBuffer source) {
        function.writeBar(bar, offset, source);
    }

    @Override
    public int msixVectors() {
        return function.msixVectors();
    }

    @Override
    public synchronized void connect(PciInterrupts interrupts) {
        function.connect(interrupts);
    }

    @Override
    public GuestMemory memory() {
        return function.memory();
    }

    @Override
    public synchronized void suspend() {
        if (!held) {
            function.suspend();
        }
        suspended = true;
    }

    @Override
    public synchronized void resume() {
        suspended = false;
        if (!held) {
            function.resume();
        }
    }

    @Override
    public synchronized byte[] save() {
        return function.save();
    }

    @Override
    public synchronized void restore(byte[] state) {
        function.restore(state);
    }

    @Override
    public synchronized void reset() {
        function.reset();
    }
}
