// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit.device;

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

/**
 * A device at work and its driver, with real rings in one memory: what a test puts into a queue, the device serves before the call returns. For device types whose
 * first queue is the one to test, which wake no queue of theirs and whose configuration does not change.
 *
 * <p>Confined to one thread.
 */
public final class DeviceRig implements DeviceActivation, AutoCloseable {
    /** Where tests put their buffers: up to {@link #WRITABLE_SIZE}, exclusive. */
    public static final long BUFFERS = 0x10000;

    /** Bytes of memory that the device can read and write, from address 0 on. */
    public static final int WRITABLE_SIZE = 0x100000;

    /** Address of 4096 bytes of memory that the device can read but not write. */
    public static final long READ_ONLY = 0x200000;

    /** Where no memory is. */
    public static final long NOWHERE = 0x400000;

    private static final int READ_ONLY_SIZE = 0x1000;

    private final GuestMemory memory = new GuestMemory();
    private final long features;
    private final QueueAddresses addresses;
    private final MemoryAccess access;
    private final DriverQueue driver;
    private final DeviceSession session;
    private int interrupts;

    /**
     * Starts a device.
     *
     * @param type of the device
     * @param features that driver and device have agreed upon
     * @throws RingFault if the device's queue cannot be opened
     */
    public DeviceRig(DeviceType type, long features) throws RingFault {
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

    /**
     * Lets the device serve one buffer.
     *
     * @param pieces addresses and lengths in alternation, as {@link DriverQueue#add} takes them
     * @param readable how many of them the device reads
     * @return the used length in bytes
     * @throws RingFault if device or driver broke a rule of the ring
     */
    public long submit(long[] pieces, int readable) throws RingFault {
        driver.add(pieces, readable);
        driver.publish();
        session.serve(0);
        if (driver.poll() < 0) {
            throw new AssertionError("the device did not give the buffer back");
        }
        return driver.usedLength();
    }

    /**
     * The driver's side of the queue.
     *
     * @return it
     */
    public DriverQueue driver() {
        return driver;
    }

    /**
     * The device at work.
     *
     * @return it
     */
    public DeviceSession session() {
        return session;
    }

    /**
     * Used buffer notifications.
     *
     * @return how many the device has sent until now
     */
    public int interrupts() {
        return interrupts;
    }

    /**
     * The test's own way to memory.
     *
     * @return it
     */
    public MemoryAccess memory() {
        return access;
    }

    /**
     * Writes to memory.
     *
     * @param address of the first byte
     * @param bytes to write
     * @throws AccessFault if there is no writable memory
     */
    public void put(long address, byte[] bytes) throws AccessFault {
        access.write(address, ByteBuffer.wrap(bytes));
    }

    /**
     * Reads from memory.
     *
     * @param address of the first byte
     * @param length how many, 0 to 2^31 - 1
     * @return the bytes
     * @throws AccessFault if there is no memory
     */
    public byte[] get(long address, int length) throws AccessFault {
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
        throw new AssertionError("the device wakes its queue " + queue);
    }

    @Override
    public void interrupt(int queue) {
        interrupts++;
    }

    @Override
    public void configChanged() {
        throw new AssertionError("the device changes its configuration");
    }

    @Override
    public void close() {
        session.close();
        access.close();
    }
}
