// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.viommu.transport.pci.PciInterrupts;
import org.viommu.virtio.VirtioDevice;
import org.viommu.virtio.VirtioFeatures;

/** All registers of a virtio function: its configuration space, and the structures in its BARs. */
public final class VirtioRegisters {
    private final VirtioDevice device;
    private final InterruptRouter interrupts;
    private final CommonConfig common;
    private final MsixWindow msix;
    private final RegisterFile bars;
    private final ConfigSpace config;
    private final PciAccess access;
    private final int msixControl;
    private boolean busMaster;
    private boolean suspended;
    private boolean running;

    /**
     * Lays the registers of a device out, in the state after a reset.
     *
     * @param device that nothing else drives
     * @param classCode 24 bits
     */
    public VirtioRegisters(VirtioDevice device, int classCode) {
        int queues = device.queues().size();
        this.device = device;
        interrupts = new InterruptRouter(queues);
        common = new CommonConfig(device, interrupts);
        msix = new MsixWindow(interrupts, interrupts.count());
        bars = new RegisterFile(
                msix, common, new IsrWindow(interrupts), new DeviceConfigWindow(device), new NotifyWindow(device));

        CapabilityList capabilities = new CapabilityList();
        capabilities.addStructure(VirtioCapabilityLayout.COMMON, FunctionLayout.COMMON, CommonConfigLayout.SIZE);
        capabilities.addStructure(VirtioCapabilityLayout.ISR, FunctionLayout.ISR, FunctionLayout.ISR_SIZE);
        if (device.configLength() > 0) {
            capabilities.addStructure(VirtioCapabilityLayout.DEVICE, FunctionLayout.DEVICE, device.configLength());
        }
        capabilities.addNotify(
                FunctionLayout.NOTIFY, queues * FunctionLayout.NOTIFY_MULTIPLIER, FunctionLayout.NOTIFY_MULTIPLIER);
        int accessAt = capabilities.addPciAccess();
        msixControl = capabilities.addMsix(interrupts.count()) + MsixLayout.CONTROL;
        config = new ConfigSpace(new PciIdentity(device.deviceId(), classCode), FunctionLayout.BARS, capabilities);
        access = new PciAccess(config, accessAt, bars);

        device.offer(VirtioFeatures.TRANSPORT);
        device.pause();
        device.connect(interrupts);
    }

    /**
     * Reads configuration space.
     *
     * @param offset of the first byte
     * @param target receives {@code target.remaining()} bytes
     */
    public void readConfig(int offset, ByteBuffer target) {
        config.putByte(
                PciConfigLayout.STATUS,
                PciConfigLayout.STATUS_CAPABILITIES | (interrupts.pinPending() ? PciConfigLayout.STATUS_INTERRUPT : 0));
        access.beforeRead(offset, target.remaining());
        for (int at = offset; target.hasRemaining(); at++) {
            target.put((byte) (exists(at) ? config.getByte(at) : 0));
        }
    }

    /**
     * Writes configuration space.
     *
     * @param offset of the first byte
     * @param source gives {@code source.remaining()} bytes
     */
    public void writeConfig(int offset, ByteBuffer source) {
        int size = source.remaining();
        for (int at = offset; source.hasRemaining(); at++) {
            int value = source.get();
            if (exists(at)) {
                config.write(at, value);
            }
        }
        control();
        access.afterWrite(offset, size);
    }

    private static boolean exists(int offset) {
        return offset >= 0 && offset < PciConfigLayout.SIZE;
    }

    private void control() {
        int command = config.getShort(PciConfigLayout.COMMAND);
        int control = config.getShort(msixControl);
        interrupts.control(
                (control & MsixLayout.CONTROL_ENABLED) != 0,
                (control & MsixLayout.CONTROL_MASKED) != 0,
                (command & PciConfigLayout.COMMAND_INTX_DISABLE) != 0);
        busMaster = (command & PciConfigLayout.COMMAND_BUS_MASTER) != 0;
        settle();
    }

    /** Lets the device run exactly while the guest and the host both allow it. */
    private void settle() {
        boolean next = busMaster && !suspended;
        if (next && !running) {
            device.resume();
        } else if (!next && running) {
            device.pause();
        }
        running = next;
    }

    /** Makes the device stand still. Returns when it uses no memory any more. */
    public void suspend() {
        suspended = true;
        settle();
    }

    /** Lets the device go on after {@link #suspend()}, if its guest allows it. */
    public void resume() {
        suspended = false;
        settle();
    }

    /**
     * Reads a BAR.
     *
     * @param bar any index
     * @param offset of the first byte
     * @param target receives {@code target.remaining()} bytes
     */
    public void readBar(int bar, long offset, ByteBuffer target) {
        bars.read(bar, offset, target);
    }

    /**
     * Writes a BAR.
     *
     * @param bar any index
     * @param offset of the first byte
     * @param source gives {@code source.remaining()} bytes
     */
    public void writeBar(int bar, long offset, ByteBuffer source) {
        bars.write(bar, offset, source);
    }

    /**
     * Number of MSI-X vectors.
     *
     * @return one for each queue and one for configuration changes
     */
    public int msixVectors() {
        return interrupts.count();
    }

    /**
     * The MSI-X vector of a queue.
     *
     * @param queue index of the queue
     * @return empty if it has none
     */
    public OptionalInt queueVector(int queue) {
        int vector = interrupts.queueVector(queue);
        return vector == InterruptRouter.NO_VECTOR ? OptionalInt.empty() : OptionalInt.of(vector);
    }

    /**
     * Says where interrupts go from now on.
     *
     * @param host the host's side
     */
    public void connect(PciInterrupts host) {
        interrupts.connect(host);
    }

    /**
     * Saves the registers and the device.
     *
     * @return the bytes of a {@link FunctionState}
     */
    public byte[] save() {
        requireSuspended();
        ByteBuffer registers = FunctionState.allocate(interrupts.count());
        common.save(registers);
        config.save(registers.slice(FunctionStateLayout.CONFIG, PciConfigLayout.SIZE));
        msix.save(registers);
        interrupts.save(registers);
        return new FunctionState(registers, device.save()).bytes();
    }

    /**
     * Takes over what {@link #save()} gave.
     *
     * @param bytes of a {@link FunctionState}
     * @throws IllegalArgumentException if they are none, or of a function that this one cannot stand in for; nothing
     *     has changed then
     */
    public void restore(byte[] bytes) {
        requireSuspended();
        FunctionState state = FunctionState.of(bytes, interrupts.count());
        ByteBuffer registers = state.registers();
        device.restore(state.device());
        common.restore(registers);
        config.restore(registers.slice(FunctionStateLayout.CONFIG, PciConfigLayout.SIZE));
        msix.restore(registers);
        interrupts.restore(registers);
        control();
    }

    private void requireSuspended() {
        if (!suspended) {
            throw new IllegalStateException("the function must be suspended before it is saved or restored");
        }
    }

    /** Resets the function with its machine. Returns when the device has stopped using memory. */
    public void reset() {
        device.systemReset();
        busMaster = false;
        settle();
        common.reset();
        msix.reset();
        interrupts.resetFunction();
        config.reset();
    }
}
