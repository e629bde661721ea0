// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.demo.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverMemory;
import org.viommu.driver.FaultReport;
import org.viommu.driver.IommuDriver;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.InProcessTransport;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;

/**
 * A guest without a processor: memory whose every 8 bytes hold their own address, so that each DMA can be checked, and the driver of the IOMMU.
 */
final class InProcessGuest implements AutoCloseable {
    static final int PAGE = 4096;

    /** Pages that endpoints reach; the driver's rings lie behind them. */
    static final int PAGES = 4096;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final GuestMemory memory = new GuestMemory();
    private final LongAdder faults = new LongAdder();
    private final VirtioDevice device;
    private final IommuDriver driver;
    private volatile FaultReport lastFault;

    /**
     * Boots.
     *
     * @throws DriverException if the device cannot be driven
     */
    InProcessGuest(DeviceType type) throws DriverException {
        long rings = (long) PAGES * PAGE;
        long size = rings + DriverMemory.USUAL_SIZE;
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) size).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < rings; at += Long.BYTES) {
            bytes.putLong(at, at);
        }
        memory.add(new MemoryRegion(0, size - 1, true, List.of(bytes)));
        device = new VirtioDevice("demo/iommu0", type, new Plain(memory));
        driver = IommuDriver.start(
                new InProcessTransport(device), new DriverMemory(memory, rings, size - 1), TIMEOUT, this::onFault);
    }

    GuestMemory memory() {
        return memory;
    }

    IommuDriver driver() {
        return driver;
    }

    long faults() {
        return faults.sum();
    }

    /** The last reported fault, null if there was none. */
    FaultReport lastFault() {
        return lastFault;
    }

    private void onFault(FaultReport report) {
        lastFault = report;
        faults.increment();
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
