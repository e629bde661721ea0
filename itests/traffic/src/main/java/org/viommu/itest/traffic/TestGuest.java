// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.traffic;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverMemory;
import org.viommu.driver.IommuDriver;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.InProcessTransport;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;

/** Guest memory whose every 8 bytes hold their own address, and the IOMMU's driver. */
public final class TestGuest implements AutoCloseable {
    public static final int PAGE = 4096;
    public static final int PAGES = 1024;

    private final GuestMemory memory = new GuestMemory();
    private final LongAdder faults = new LongAdder();
    private final VirtioDevice device;
    private final IommuDriver driver;

    public TestGuest(DeviceType type) throws DriverException {
        int rings = PAGES * PAGE;
        int size = rings + (int) DriverMemory.USUAL_SIZE;
        ByteBuffer bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < rings; at += Long.BYTES) {
            bytes.putLong(at, at);
        }
        memory.add(new MemoryRegion(0, size - 1, true, List.of(bytes)));
        device = new VirtioDevice("it/iommu0", type, new Plain(memory));
        driver = IommuDriver.start(
                new InProcessTransport(device),
                new DriverMemory(memory, rings, size - 1),
                Duration.ofMillis(Waiting.PATIENCE_MILLIS),
                report -> faults.increment());
    }

    public GuestMemory memory() {
        return memory;
    }

    public IommuDriver driver() {
        return driver;
    }

    public long faults() {
        return faults.sum();
    }

    @Override
    public void close() {
        driver.close();
        device.close();
    }

    private record Plain(GuestMemory memory) implements MemoryPlatform {
        @Override
        public MemoryAccess open() {
            return memory.open();
        }

        @Override
        public boolean translates() {
            return false;
        }
    }
}
