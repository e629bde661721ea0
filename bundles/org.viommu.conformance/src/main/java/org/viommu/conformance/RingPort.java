// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.viommu.conformance.internal.Rings;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.VirtioFeatures;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtqueue.RingFault;

/**
 * The port of a device that is reached by a {@link DriverTransport}: the rings are in guest memory, and their used
 * entries are polled.
 */
public final class RingPort implements DevicePort {
    /** Guest memory that a port takes for its rings and buffers, in bytes, below the arena. */
    public static final long RINGS_SIZE = Rings.SIZE;

    private static final int READY =
            DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FEATURES_OK | DeviceStatus.DRIVER_OK;

    private final DriverTransport transport;
    private final MemoryAccess memory;
    private final Arena arena;
    private final Duration patience;
    private final Board board;
    private final Rings rings;

    /**
     * Makes a port.
     *
     * @param transport to the device
     * @param memory of the guest
     * @param space that the port and the checks may use, below 4 GiB: {@link #RINGS_SIZE} bytes for the port, at least
     *     8 MiB for the checks
     * @param patience how long to wait for what the device owes, before the port says that it does not come
     * @param board what is around the device
     */
    public RingPort(DriverTransport transport, MemoryAccess memory, Arena space, Duration patience, Board board) {
        this.transport = transport;
        this.memory = memory;
        this.arena = new Arena(space.start() + RINGS_SIZE, space.length() - RINGS_SIZE);
        this.patience = patience;
        this.board = board;
        this.rings = new Rings(memory, space.start());
    }

    @Override
    public String name() {
        return board.name();
    }

    @Override
    public long offeredFeatures() {
        return transport.offeredFeatures();
    }

    @Override
    public boolean start(long features) {
        reset();
        transport.setStatus(DeviceStatus.ACKNOWLEDGE);
        transport.setStatus(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
        long platform = VirtioFeatures.VERSION_1 | VirtioFeatures.ACCESS_PLATFORM;
        long accepted = transport.offeredFeatures() & platform | features;
        transport.acceptFeatures(accepted);
        int negotiated = DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FEATURES_OK;
        transport.setStatus(negotiated);
        if ((transport.status() & DeviceStatus.FEATURES_OK) == 0) {
            return false;
        }
        try {
            rings.begin(transport, accepted);
        } catch (RingFault | AccessFault e) {
            throw broken(e);
        }
        transport.setStatus(READY);
        return (transport.status() & DeviceStatus.DRIVER_OK) != 0;
    }

    @Override
    public void reset() {
        transport.setStatus(0);
        long end = System.nanoTime() + patience.toNanos();
        while (transport.status() != 0) {
            if (System.nanoTime() > end) {
                throw new UncheckedIOException(new IOException(name() + " does not end its reset"));
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public boolean systemReset() {
        return board.systemReset();
    }

    @Override
    public long readConfig(int offset, int size) {
        if (size < Long.BYTES) {
            return transport.readConfig(offset, size);
        }
        while (true) {
            int generation = transport.configGeneration();
            long low = transport.readConfig(offset, Integer.BYTES);
            long high = transport.readConfig(offset + Integer.BYTES, Integer.BYTES);
            if (generation == transport.configGeneration()) {
                return high << Integer.SIZE | low;
            }
        }
    }

    @Override
    public void writeConfig(int offset, int size, long value) {
        transport.writeConfig(offset, size, value);
    }

    @Override
    public Answer send(byte[] readable, int writable, int cut) {
        try {
            rings.add(readable, writable, cut);
            transport.kick(IommuQueues.REQUEST);
            long end = System.nanoTime() + patience.toNanos();
            for (boolean late = false; !rings.answered(); late = late(end)) {
                if (late) {
                    return Answer.NONE;
                }
            }
            return rings.answer(writable);
        } catch (RingFault | AccessFault e) {
            throw broken(e);
        }
    }

    @Override
    public void offerEvent(int length) {
        try {
            rings.offerEvent(length);
        } catch (RingFault | AccessFault e) {
            throw broken(e);
        }
    }

    @Override
    public Optional<Answer> nextEvent() {
        try {
            long end = System.nanoTime() + patience.toNanos();
            Answer event = rings.event();
            for (boolean late = false; event == null && !late; event = rings.event()) {
                late = late(end);
            }
            return Optional.ofNullable(event);
        } catch (RingFault | AccessFault e) {
            throw broken(e);
        }
    }

    @Override
    public List<Integer> endpoints() {
        return board.endpoints();
    }

    @Override
    public int absentEndpoint() {
        return board.absentEndpoint();
    }

    @Override
    public List<Integer> dmaEndpoints() {
        return board.dmaEndpoints();
    }

    @Override
    public boolean read(int endpoint, long address, byte[] target) {
        return board.read(endpoint, address, target);
    }

    @Override
    public boolean write(int endpoint, long address, byte... source) {
        return board.write(endpoint, address, source);
    }

    @Override
    public Arena arena() {
        return arena;
    }

    @Override
    public void peek(long address, byte[] target) {
        try {
            memory.read(address, ByteBuffer.wrap(target));
        } catch (AccessFault e) {
            throw broken(e);
        }
    }

    @Override
    public void poke(long address, byte... source) {
        try {
            memory.write(address, ByteBuffer.wrap(Arrays.copyOf(source, source.length)));
        } catch (AccessFault e) {
            throw broken(e);
        }
    }

    /** Whether there is nothing to wait for any more, but for one look: time may have passed without this thread since the last one. */
    private boolean late(long end) {
        Thread.yield();
        return System.nanoTime() > end || (transport.status() & DeviceStatus.NEEDS_RESET) != 0;
    }

    private UncheckedIOException broken(Exception e) {
        return new UncheckedIOException(new IOException(name() + ": rings or memory cannot be used: " + e, e));
    }
}
