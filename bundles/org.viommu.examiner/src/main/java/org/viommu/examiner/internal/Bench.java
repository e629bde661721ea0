// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.examiner.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.viommu.conformance.Arena;
import org.viommu.conformance.Board;
import org.viommu.conformance.DevicePort;
import org.viommu.conformance.RingPort;
import org.viommu.dma.DmaPort;
import org.viommu.dma.DmaTranslator;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.transport.mmio.MmioDriverTransport;
import org.viommu.transport.mmio.MmioWindow;
import org.viommu.transport.pci.FunctionPort;
import org.viommu.transport.pci.PciDriverTransport;
import org.viommu.transport.pci.VirtioPciFunction;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.InProcessTransport;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;

/** A device of this process with guest memory, endpoints and a transport around it, to be examined. */
public final class Bench implements Board, AutoCloseable {
    private static final int MEMORY_SIZE = 16 << 20;
    private static final long SPACE = 1 << 20;
    private static final int IOMMU_CLASS = 0x080600;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String name;
    private final DmaTranslator translator;
    private final List<Integer> endpoints;
    private final int absentEndpoint;
    private final GuestMemory memory = new GuestMemory();
    private final MemoryAccess access = memory.open();
    private final Map<Integer, DmaPort> ports = new HashMap<>();
    private final VirtioDevice device;
    private final DriverTransport transport;
    private Runnable machineReset;

    /**
     * Puts a device on the bench.
     *
     * @param name of the device
     * @param type the device
     * @param translator the same device, as hosts of endpoints see it
     * @param way how to reach it
     * @param endpoints behind it
     * @param absentEndpoint none of these
     * @throws IOException if the transport does not show a virtio device
     */
    public Bench(
            String name,
            DeviceType type,
            DmaTranslator translator,
            Way way,
            List<Integer> endpoints,
            int absentEndpoint)
            throws IOException {
        this.name = name + " over " + way;
        this.translator = translator;
        this.endpoints = List.copyOf(endpoints);
        this.absentEndpoint = absentEndpoint;
        memory.add(new MemoryRegion(0, MEMORY_SIZE - 1, true, List.of(ByteBuffer.allocateDirect(MEMORY_SIZE))));
        device = new VirtioDevice(name, type, new MemoryPlatform() {
            @Override
            public MemoryAccess open() {
                return memory.open();
            }

            @Override
            public boolean translates() {
                return false;
            }
        });
        transport = reach(way);
    }

    /**
     * The way to the device for checks.
     *
     * @return a port for one thread
     */
    public DevicePort port() {
        return new RingPort(transport, access, new Arena(SPACE, MEMORY_SIZE - SPACE), PATIENCE, this);
    }

    /**
     * The way to the device for a driver of its own, in place of a {@link #port()}.
     *
     * @return the transport, for one driver at a time
     */
    public DriverTransport transport() {
        return transport;
    }

    /**
     * The memory of the guest.
     *
     * @return from address 0 on without gaps, 16 MiB
     */
    public GuestMemory memory() {
        return memory;
    }

    /**
     * The guest memory that checks use.
     *
     * @return the arena of each {@link #port()}
     */
    public static Arena arena() {
        return new Arena(SPACE + RingPort.RINGS_SIZE, MEMORY_SIZE - SPACE - RingPort.RINGS_SIZE);
    }

    private DriverTransport reach(Way way) throws IOException {
        return switch (way) {
            case RING -> {
                machineReset = device::systemReset;
                yield new InProcessTransport(device);
            }
            case MMIO -> {
                MmioWindow window = new MmioWindow(device);
                machineReset = window::reset;
                yield MmioDriverTransport.open(window);
            }
            case PCI -> {
                VirtioPciFunction function = new VirtioPciFunction(name, device, memory, IOMMU_CLASS);
                FunctionPort port = new FunctionPort(function, 0);
                machineReset = () -> {
                    function.reset();
                    port.makeReady();
                };
                yield PciDriverTransport.open(port);
            }
        };
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Integer> endpoints() {
        return endpoints;
    }

    @Override
    public int absentEndpoint() {
        return absentEndpoint;
    }

    @Override
    public List<Integer> dmaEndpoints() {
        return endpoints;
    }

    @Override
    public boolean read(int endpoint, long address, byte[] target) {
        try {
            port(endpoint).read(address, ByteBuffer.wrap(target));
            return true;
        } catch (AccessFault e) {
            return false;
        }
    }

    @Override
    public boolean write(int endpoint, long address, byte... source) {
        try {
            port(endpoint).write(address, ByteBuffer.wrap(source));
            return true;
        } catch (AccessFault e) {
            return false;
        }
    }

    @Override
    public boolean systemReset() {
        machineReset.run();
        return true;
    }

    /** Takes the device off the bench. */
    @Override
    public void close() {
        ports.values().forEach(DmaPort::close);
        device.close();
        access.close();
    }

    private DmaPort port(int endpoint) {
        return ports.computeIfAbsent(endpoint, id -> translator.open(id, memory));
    }
}
