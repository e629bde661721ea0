// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;
import static org.viommu.iommu.internal.TestGuest.NO_ENDPOINT;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.viommu.driver.DmaDirection;
import org.viommu.driver.DmaMapping;
import org.viommu.driver.DmaSpace;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverMemory;
import org.viommu.driver.FaultReport;
import org.viommu.driver.FlushPolicy;
import org.viommu.driver.GuestIommu;
import org.viommu.driver.IommuDomain;
import org.viommu.driver.IommuDriver;
import org.viommu.driver.RequestBatch;
import org.viommu.driver.ReservedRange;
import org.viommu.examiner.internal.Bench;
import org.viommu.examiner.internal.Way;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.iommu.FaultFlags;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/** The guest's driver in front of the device, with all registers and interrupts of a transport between them. */
class GuestDriverTest {
    private static final int READ_WRITE = MapFlags.READ | MapFlags.WRITE;
    private static final long RINGS = 0x10000;
    private static final long VIRTUAL = 0x5000;
    private static final long PAGE = 0x1000;
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final ReservedRegion MSI = new ReservedRegion(0xfee00000L, 0xfeefffffL, Kind.MSI);

    private final IommuSettings settings =
            TestGuest.settings(PAGE, (1L << 48) - 1, List.of(MSI), new Quotas(100, 100, 1 << 20));
    private final IommuDevice device = new IommuDevice(
            settings, TestGuest.topology(List.of()), new StoreKeeper(settings.qualifiedName()), new ProbeExtensions());
    private final Queue<FaultReport> faults = new ConcurrentLinkedQueue<>();
    private Bench bench;

    @AfterEach
    void close() {
        bench.close();
        device.close();
    }

    @ParameterizedTest
    @EnumSource
    void requests_get_their_answers(Way way) throws IOException, DriverException {
        place(way);
        try (IommuDriver driver = IommuDriver.start(bench.transport(), own(), TIMEOUT, faults::add)) {
            assertThat(driver.config().granule()).isEqualTo(PAGE);
            assertThat(driver.config().inputEnd()).isEqualTo((1L << 48) - 1);
            assertThat(driver.probe(ENDPOINT).reserved())
                    .containsExactly(new ReservedRange(MSI.start(), MSI.end(), true));
            assertThat(driver.probe(NO_ENDPOINT).status()).isEqualTo(RequestStatus.NOENT);
            assertThat(driver.attach(1, NO_ENDPOINT, 0)).isEqualTo(RequestStatus.NOENT);
            assertThat(driver.attach(1, ENDPOINT, 0)).isEqualTo(RequestStatus.OK);
            RequestBatch batch = driver.batch(3);
            batch.map(1, VIRTUAL, VIRTUAL + PAGE - 1, DMA_MEMORY, READ_WRITE);
            batch.map(1, VIRTUAL, VIRTUAL + 2 * PAGE - 1, DMA_MEMORY, READ_WRITE);
            batch.unmap(2, VIRTUAL, VIRTUAL + PAGE - 1);
            assertThat(batch.flush()).isEqualTo(2);
            assertThat(batch.status(0)).isEqualTo(RequestStatus.OK);
            assertThat(batch.status(1)).isEqualTo(RequestStatus.INVAL);
            assertThat(batch.status(2)).isEqualTo(RequestStatus.NOENT);
            assertThat(driver.bypass()).isTrue();
            driver.setBypass(false);
            assertThat(bench.read(ENDPOINT + 1, DMA_MEMORY, new byte[1])).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_is_unmapped_faults_and_an_interrupt_tells_the_driver(Way way)
            throws IOException, DriverException, AccessFault {
        place(way);
        try (GuestIommu iommu = start()) {
            IommuDomain domain = iommu.createDomain();
            domain.attach(ENDPOINT);
            DmaSpace space = domain.dma(FlushPolicy.STRICT, 0xffff_ffffL);
            long address;
            try (DmaMapping buffer = space.map(DMA_MEMORY + 0x100, 8, DmaDirection.FROM_DEVICE)) {
                address = buffer.address();
                requireReaches(address, DMA_MEMORY + 0x100, 1);
                assertThat(faults).isEmpty();
            }

            assertThat(bench.write(ENDPOINT, address, (byte) 2)).isFalse();

            Await.until("the fault is reported", () -> !faults.isEmpty());
            FaultReport report = faults.remove();
            assertThat(report.reason()).isEqualTo(FaultReason.MAPPING);
            assertThat(report.flags()).isEqualTo(FaultFlags.WRITE | FaultFlags.ADDRESS);
            assertThat(report.endpoint()).isEqualTo(ENDPOINT);
            assertThat(report.address()).isEqualTo(address);
        }
    }

    @ParameterizedTest
    @EnumSource
    void mappings_come_back_after_resets_of_the_device_and_of_the_machine(Way way)
            throws IOException, DriverException, AccessFault {
        place(way);
        try (GuestIommu iommu = start()) {
            IommuDomain domain = iommu.createDomain();
            domain.attach(ENDPOINT, ENDPOINT + 1);
            domain.map(VIRTUAL, VIRTUAL + PAGE - 1, DMA_MEMORY, READ_WRITE);
            requireReaches(VIRTUAL, DMA_MEMORY, 1);

            bench.transport().setStatus(0);
            Await.until("the device is reset", () -> bench.transport().status() == 0);
            assertThat(new StatusReader(device).snapshot().domains()).isEmpty();
            iommu.recover();
            requireReaches(VIRTUAL, DMA_MEMORY, 2);

            bench.systemReset();
            assertThat(new StatusReader(device).snapshot().domains()).isEmpty();
            iommu.recover();
            requireReaches(VIRTUAL, DMA_MEMORY, 3);

            domain.unmap(VIRTUAL, VIRTUAL + PAGE - 1);
            assertThat(bench.write(ENDPOINT + 1, VIRTUAL, (byte) 4)).isFalse();
            Await.until("the fault is reported", () -> !faults.isEmpty());
            assertThat(faults.remove().endpoint()).isEqualTo(ENDPOINT + 1);
        }
        assertThat(bench.transport().status() & DeviceStatus.DRIVER_OK).isZero();
    }

    private void place(Way way) throws IOException {
        bench = new Bench(settings.qualifiedName(), device, device, way, List.of(ENDPOINT, ENDPOINT + 1), NO_ENDPOINT);
    }

    private DriverMemory own() {
        return new DriverMemory(bench.memory(), RINGS, RINGS + DriverMemory.USUAL_SIZE - 1);
    }

    private GuestIommu start() throws DriverException {
        GuestIommu iommu = GuestIommu.start(bench.transport(), own(), TIMEOUT);
        iommu.addFaultListener(faults::add);
        return iommu;
    }

    /** An endpoint's write arrives where the guest sees it. */
    private void requireReaches(long address, long physical, int value) throws AccessFault {
        assertThat(bench.write(ENDPOINT, address, (byte) value)).isTrue();
        try (MemoryAccess access = bench.memory().open()) {
            assertThat(access.getByte(physical)).isEqualTo((byte) value);
        }
    }
}
