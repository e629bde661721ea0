// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.dma.DmaPort;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverMemory;
import org.viommu.driver.FaultReport;
import org.viommu.driver.IommuDriver;
import org.viommu.driver.RequestBatch;
import org.viommu.driver.ReservedRange;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;
import org.viommu.virtio.InProcessTransport;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/** The device behind its status machine and thread, with a real driver in front. */
class EndToEndTest {
    private static final int READ_WRITE = MapFlags.READ | MapFlags.WRITE;
    private static final int MEMORY_SIZE = 16 << 20;
    private static final long DMA_MEMORY = 1 << 20;
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final ReservedRegion MSI = new ReservedRegion(0xfee00000L, 0xfeefffffL, Kind.MSI);

    private final GuestMemory memory = new GuestMemory();
    private final StoreKeeper stores = new StoreKeeper("vm/iommu0");
    private final IommuDevice type = new IommuDevice(
            TestGuest.settings(0x1000, -1L, List.of(MSI), new Quotas(100, 100, 1 << 20)),
            TestGuest.topology(List.of()),
            stores,
            new ProbeExtensions());
    private final StatusReader status = new StatusReader(type);
    private final VirtioDevice device = new VirtioDevice("vm/iommu0", type, new MemoryPlatform() {
        @Override
        public MemoryAccess open() {
            return memory.open();
        }

        @Override
        public boolean translates() {
            return false;
        }
    });
    private final Queue<FaultReport> faults = new ConcurrentLinkedQueue<>();
    private IommuDriver driver;

    @BeforeEach
    void start() throws DriverException {
        memory.add(new MemoryRegion(0, MEMORY_SIZE - 1, true, List.of(ByteBuffer.allocateDirect(MEMORY_SIZE))));
        DriverMemory own = new DriverMemory(memory, 0x10000, 0x10000 + DriverMemory.USUAL_SIZE - 1);
        driver = IommuDriver.start(new InProcessTransport(device), own, TIMEOUT, faults::add);
    }

    @AfterEach
    void close() {
        driver.close();
        device.close();
        type.close();
    }

    @Test
    void requests_DMA_and_faults_go_the_whole_way() throws DriverException, AccessFault {
        assertThat(driver.probe(TestGuest.ENDPOINT).reserved())
                .containsExactly(new ReservedRange(MSI.start(), MSI.end(), true));
        assertThat(driver.attach(1, TestGuest.ENDPOINT, 0)).isEqualTo(RequestStatus.OK);
        assertThat(driver.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.OK);
        try (DmaPort port = type.open(TestGuest.ENDPOINT, memory)) {
            port.putInt(0x5000, 0x1234);
            try (MemoryAccess physical = memory.open()) {
                assertThat(physical.getInt(DMA_MEMORY)).isEqualTo(0x1234);
            }
            assertThat(driver.unmap(1, 0x5000, 0x5fff)).isEqualTo(RequestStatus.OK);
            assertThatThrownBy(() -> port.getInt(0x5000)).isInstanceOf(AccessFault.class);
        }
        Await.until("the fault is reported", () -> !faults.isEmpty());
        FaultReport report = faults.remove();
        assertThat(report.reason()).isEqualTo(FaultReason.MAPPING);
        assertThat(report.endpoint()).isEqualTo(TestGuest.ENDPOINT);
        assertThat(report.address()).isEqualTo(0x5000);
        assertThat(status.snapshot().faults().reported()).isEqualTo(1);
    }

    @Test
    void stores_are_swapped_while_the_driver_sends_batches() throws DriverException {
        driver.attach(1, TestGuest.ENDPOINT, 0);
        RequestBatch batch = driver.batch(64);
        int swaps = 0;
        offer(new TestStore("store0"), 0);
        for (long round = 0; swaps < 10; round++) {
            long base = round % 2000 * 64 * 0x1000;
            if (round >= 2000) {
                batch.unmap(1, base, base + 64 * 0x1000 - 1);
                assertThat(batch.flush()).isZero();
            }
            for (long page = 0; page < 64; page++) {
                batch.map(1, base + page * 0x1000, base + page * 0x1000 + 0xfff, DMA_MEMORY, READ_WRITE);
            }
            assertThat(batch.flush()).isZero();
            if (status.snapshot().store().name().equals("store" + swaps)) {
                swaps++;
                offer(new TestStore("store" + swaps), swaps);
            }
        }
        List<IommuSnapshot.Mapping> mappings = Mappings.all(status, 1);
        assertThat(mappings.size() % 64).isZero();
        assertThat(status.snapshot().domains().get(0).mappings()).isEqualTo(mappings.size());
    }

    @Test
    void a_device_that_is_paused_moves_to_another_store() throws DriverException {
        driver.attach(1, TestGuest.ENDPOINT, 0);
        device.pause();
        offer(new TestStore("other"), 0);
        Await.until("the store is used", () -> status.snapshot().store().name().equals("other"));
        device.resume();
        assertThat(driver.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.OK);
    }

    private void offer(TestStore store, int ranking) {
        stores.offer(store, Map.of("service.ranking", ranking));
    }
}
