// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtio.InProcessTransport;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;

/** A guest with a scripted IOMMU. */
final class Guest {
    static final long BASE = 0x1_0000_0000L;
    static final int SIZE = 1 << 20;
    static final Duration LONG = Duration.ofMinutes(2);

    final ScriptedIommu iommu = new ScriptedIommu();
    final GuestMemory memory = new GuestMemory();
    final ByteBuffer bytes = ByteBuffer.allocateDirect(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    final DriverMemory driverMemory = new DriverMemory(memory, BASE + 3, BASE + 3 + DriverMemory.USUAL_SIZE - 1);
    final List<FaultReport> faults = new CopyOnWriteArrayList<>();
    VirtioDevice device;
    InProcessTransport transport;

    Guest() {
        memory.replace(List.of(new MemoryRegion(BASE, BASE + SIZE - 1, true, List.of(bytes))));
        // Whatever lies in the memory of a driver must not disturb it.
        while (bytes.hasRemaining()) {
            bytes.put((byte) 0xa5);
        }
    }

    /** Puts the device there, with the features it has by now. */
    Guest plugIn() {
        device = new VirtioDevice("test/iommu", iommu, new MemoryPlatform() {
            @Override
            public MemoryAccess open() {
                return memory.open();
            }

            @Override
            public boolean translates() {
                return false;
            }
        });
        transport = new InProcessTransport(device);
        return this;
    }

    IommuDriver start() throws DriverException {
        return start(LONG);
    }

    IommuDriver start(Duration timeout) throws DriverException {
        if (device == null) {
            plugIn();
        }
        return IommuDriver.start(transport, driverMemory, timeout, faults::add);
    }

    /** The only request since the last call. */
    ByteBuffer request() {
        if (iommu.requests.size() != 1) {
            throw new AssertionError(iommu.requests.size() + " requests");
        }
        return iommu.requests.remove(0);
    }
}
