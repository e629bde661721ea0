// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy.internal;

import java.nio.ByteBuffer;
import java.util.List;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtio.DeviceType;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.Virtqueues;

/** A device at work and its driver, with real rings in one memory, on one thread. */
final class Rig implements DeviceActivation, AutoCloseable {
    /** Where tests put their buffers: up to the end of the writable memory. */
    static final long BUFFERS = 0x10000;

    /** Memory that the device can read but not write. */
    static final long READ_ONLY = 0x200000;

    /** Where no memory is. */
    static final long NOWHERE = 0x400000;

    private static final int WRITABLE_SIZE = 0x100000;
    private static final int READ_ONLY_SIZE = 0x1000;

    private final GuestMemory memory = new GuestMemory();
    private final long features;
    private final QueueAddresses addresses;
    private final MemoryAccess access;
    private final DriverQueue driver;
    private final DeviceSession session;
    private int interrupts;

    Rig(DeviceType type, long features) throws RingFault {
        this.features = features;
        memory.add(region(0, WRITABLE_SIZE, true));
        memory.add(region(READ_ONLY, READ_ONLY_SIZE, false));
        addresses = new QueueAddresses(type.queueSizes()[0], 0, 0x2000, 0x4000);
        access = memory.open();
        driver = Virtqueues.openDriver(addresses, features, access);
        session = type.start(this);
    }

    private static MemoryRegion region(long start, int size, boolean writable) {
        return new MemoryRegion(start, start + size - 1, writable, List.of(ByteBuffer.allocateDirect(size)));
    }

    /** Lets the device serve one buffer and returns the used length. */
    long submit(long[] pieces, int readable) throws RingFault {
        driver.add(pieces, readable);
        driver.publish();
        session.serve(0);
        if (driver.poll() < 0) {
            throw new AssertionError("the device did not give the buffer back");
        }
        return driver.usedLength();
    }

    DriverQueue driver() {
        return driver;
    }

    DeviceSession session() {
        return session;
    }

    /** Used buffer notifications until now. */
    int interrupts() {
        return interrupts;
    }

    /** The test's own way to memory. */
    MemoryAccess memory() {
        return access;
    }

    void put(long address, byte[] bytes) throws AccessFault {
        access.write(address, ByteBuffer.wrap(bytes));
    }

    byte[] get(long address, int length) throws AccessFault {
        byte[] bytes = new byte[length];
        access.read(address, ByteBuffer.wrap(bytes));
        return bytes;
    }

    @Override
    public long features() {
        return features;
    }

    @Override
    public MemoryAccess openMemory() {
        return memory.open();
    }

    @Override
    public DeviceQueue openQueue(int index, MemoryAccess deviceAccess) throws RingFault {
        return Virtqueues.openDevice(addresses, features, deviceAccess);
    }

    @Override
    public void wake(int queue) {
        throw new AssertionError("an entropy device needs no wake-up of its own");
    }

    @Override
    public void interrupt(int queue) {
        interrupts++;
    }

    @Override
    public void configChanged() {
        throw new AssertionError("there is no configuration");
    }

    @Override
    public void close() {
        session.close();
        access.close();
    }
}
