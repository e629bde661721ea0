// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.viommu.memory.GuestMemory;
import org.viommu.transport.pci.PciBar;
import org.viommu.transport.pci.PciFunction;
import org.viommu.transport.pci.PciInterrupts;

/**
 * A function whose registers are plain memory; a write to the first byte of the doorbell page runs what the test gives.
 */
final class StubFunction implements PciFunction {
    static final int BAR = 4;
    static final int BAR_SIZE = 0x4000;
    static final int DOORBELL = 0x3000;
    static final int VECTORS = 40;

    final byte[] config = new byte[256];
    final byte[] registers = new byte[BAR_SIZE];
    final AtomicInteger resets = new AtomicInteger();
    final AtomicInteger suspensions = new AtomicInteger();
    volatile boolean suspended;
    volatile PciInterrupts interrupts = PciInterrupts.NONE;
    volatile Runnable doorbell = () -> {};
    volatile Runnable resetHook = () -> {};

    private final String name;
    private final GuestMemory memory = new GuestMemory();

    StubFunction(String name) {
        this.name = name;
        config[0x3d] = 1;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int configSize() {
        return config.length;
    }

    @Override
    public void readConfig(int offset, ByteBuffer target) {
        target.put(config, offset, target.remaining());
    }

    @Override
    public void writeConfig(int offset, ByteBuffer source) {
        source.get(config, offset, source.remaining());
    }

    @Override
    public List<PciBar> bars() {
        return List.of(new PciBar(1, 0x1000, false, false), new PciBar(BAR, BAR_SIZE, true, true));
    }

    @Override
    public void readBar(int bar, long offset, ByteBuffer target) {
        target.put(registers, (int) offset, target.remaining());
    }

    @Override
    public void writeBar(int bar, long offset, ByteBuffer source) {
        source.get(registers, (int) offset, source.remaining());
        if (offset == DOORBELL) {
            doorbell.run();
        }
    }

    @Override
    public int msixVectors() {
        return VECTORS;
    }

    @Override
    public void connect(PciInterrupts next) {
        interrupts = next;
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public void suspend() {
        suspended = true;
        suspensions.incrementAndGet();
    }

    @Override
    public void resume() {
        suspended = false;
    }

    @Override
    public byte[] save() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void restore(byte[] state) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void reset() {
        resets.incrementAndGet();
        resetHook.run();
    }

    /** Whether nothing of a VMM is left. */
    boolean isIdle() {
        return interrupts == PciInterrupts.NONE && memory.regions().isEmpty();
    }
}
