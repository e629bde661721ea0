// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.driver.DmaDirection;
import org.viommu.driver.DmaMapping;
import org.viommu.driver.DmaSegment;
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
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.iommu.FaultFlags;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/** The driver on QEMU's own virtio-iommu, whose {@code edu} devices do the DMA. */
class DriverIT {
    private static final int ENDPOINT = QemuMachine.ENDPOINTS.get(0);
    private static final int DOMAIN = 7;
    private static final int READ_WRITE = MapFlags.READ | MapFlags.WRITE;
    private static final long RINGS = 0x100000;
    private static final long PHYSICAL = 0x200000;
    private static final long VIRTUAL = 0x10000;
    private static final long PAGE = 0x1000;
    private static final long WORD = 0x1122_3344_5566_7788L;

    private static QemuMachine machine;

    private final BlockingQueue<FaultReport> faults = new LinkedBlockingQueue<>();
    private final MemoryAccess memory = machine.openMemory();
    private final Edu edu = machine.edu(ENDPOINT);
    private IommuDriver driver;

    @BeforeAll
    static void startMachine() throws IOException, InterruptedException {
        machine = QemuMachine.start("");
    }

    @AfterAll
    static void endMachine() {
        machine.close();
    }

    @BeforeEach
    void start() throws IOException, DriverException {
        // A reset by the driver does not make QEMU's device forget who is attached: docs/conformance.md.
        machine.reset();
        driver = IommuDriver.start(machine.openIommu(), own(), Duration.ofMinutes(2), faults::add);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void the_device_is_what_its_documentation_says() throws DriverException {
        assertThat(driver.features() & IommuFeatures.BYPASS_CONFIG).isNotZero();
        assertThat(driver.config().granule()).isEqualTo(PAGE);
        assertThat(driver.config().inputEnd()).isEqualTo(0x7f_ffff_ffffL);
        assertThat(driver.config().probeSize()).isEqualTo(512);
        assertThat(driver.probe(ENDPOINT).reserved())
                .containsExactly(new ReservedRange(0xfee0_0000L, 0xfeef_ffffL, true));
        assertThat(driver.probe(0x90).status()).isEqualTo(RequestStatus.NOENT);
    }

    @Test
    void DMA_goes_through_a_mapping() throws DriverException, AccessFault {
        assertThat(driver.attach(DOMAIN, ENDPOINT, 0)).isEqualTo(RequestStatus.OK);
        assertThat(driver.map(DOMAIN, VIRTUAL, VIRTUAL + PAGE - 1, PHYSICAL, READ_WRITE))
                .isEqualTo(RequestStatus.OK);
        memory.putLong(PHYSICAL + 0x100, WORD);
        memory.putLong(PHYSICAL + 0x800, 0);

        edu.load(VIRTUAL + 0x100, 0, Long.BYTES);
        edu.store(0, VIRTUAL + 0x800, Long.BYTES);

        assertThat(memory.getLong(PHYSICAL + 0x800)).isEqualTo(WORD);
        assertThat(driver.map(DOMAIN, VIRTUAL, VIRTUAL + PAGE - 1, PHYSICAL, READ_WRITE))
                .isEqualTo(RequestStatus.INVAL);
        assertThat(faults).isEmpty();
    }

    @Test
    void DMA_to_what_has_been_unmapped_is_a_fault_by_interrupt() throws Exception {
        driver.attach(DOMAIN, ENDPOINT, 0);
        driver.map(DOMAIN, VIRTUAL, VIRTUAL + PAGE - 1, PHYSICAL, READ_WRITE);
        assertThat(driver.unmap(DOMAIN, VIRTUAL, VIRTUAL + PAGE - 1)).isEqualTo(RequestStatus.OK);
        memory.putLong(PHYSICAL + 0x800, WORD);

        edu.store(64, VIRTUAL + 0x800, Long.BYTES);

        FaultReport fault = faults.poll(2, TimeUnit.MINUTES);
        assertThat(fault.reason()).isEqualTo(FaultReason.MAPPING);
        assertThat(fault.endpoint()).isEqualTo(ENDPOINT);
        assertThat(fault.address()).isEqualTo(VIRTUAL + 0x800);
        assertThat(fault.flags() & FaultFlags.ADDRESS).isNotZero();
        assertThat(memory.getLong(PHYSICAL + 0x800)).isEqualTo(WORD);
    }

    @Test
    void each_request_of_a_batch_gets_its_status() throws DriverException {
        driver.attach(DOMAIN, ENDPOINT, 0);
        RequestBatch batch = driver.batch(3);
        batch.map(DOMAIN, VIRTUAL, VIRTUAL + PAGE - 1, PHYSICAL, READ_WRITE);
        batch.map(DOMAIN, VIRTUAL, VIRTUAL + 2 * PAGE - 1, PHYSICAL, READ_WRITE);
        batch.unmap(DOMAIN + 1, VIRTUAL, VIRTUAL + PAGE - 1);

        assertThat(batch.flush()).isEqualTo(2);

        assertThat(batch.status(0)).isEqualTo(RequestStatus.OK);
        assertThat(batch.status(1)).isEqualTo(RequestStatus.INVAL);
        assertThat(batch.status(2)).isEqualTo(RequestStatus.NOENT);
    }

    @Test
    void an_endpoint_in_no_domain_bypasses_only_if_it_may() throws Exception {
        assertThat(driver.bypass()).isTrue();
        memory.putLong(PHYSICAL, WORD);
        edu.load(PHYSICAL, 0, Long.BYTES);
        driver.setBypass(false);
        edu.store(0, PHYSICAL + 8, Long.BYTES);
        assertThat(faults.poll(2, TimeUnit.MINUTES).endpoint()).isEqualTo(ENDPOINT);
        memory.putLong(PHYSICAL + 8, 0);
        driver.setBypass(true);
        edu.store(0, PHYSICAL + 8, Long.BYTES);
        assertThat(memory.getLong(PHYSICAL + 8)).isEqualTo(WORD);
    }

    private DriverMemory own() {
        return new DriverMemory(machine::openMemory, RINGS, RINGS + DriverMemory.USUAL_SIZE - 1);
    }

    @Test
    void a_buffer_in_pieces_is_one_for_the_device_until_it_is_closed() throws Exception {
        driver.close();
        try (GuestIommu iommu = GuestIommu.start(machine.openIommu(), own(), Duration.ofMinutes(2))) {
            iommu.addFaultListener(faults::add);
            IommuDomain domain = iommu.createDomain();
            domain.attach(ENDPOINT);
            DmaSpace space = domain.dma(FlushPolicy.STRICT, 0xffff_ffffL);
            memory.putLong(PHYSICAL + PAGE - 8, WORD);
            memory.putLong(PHYSICAL + 4 * PAGE, ~WORD);
            long address;
            try (DmaMapping source = space.map(
                            List.of(new DmaSegment(PHYSICAL + PAGE - 8, 8), new DmaSegment(PHYSICAL + 4 * PAGE, 8)),
                            DmaDirection.TO_DEVICE);
                    DmaMapping target = space.map(PHYSICAL + 0x8010, 16, DmaDirection.FROM_DEVICE)) {
                assertThat(source.segments()).hasSize(1);
                address = source.address();
                edu.load(address, 0, 16);
                edu.store(0, target.address(), 16);
            }
            assertThat(memory.getLong(PHYSICAL + 0x8010)).isEqualTo(WORD);
            assertThat(memory.getLong(PHYSICAL + 0x8018)).isEqualTo(~WORD);
            assertThat(faults).isEmpty();
            edu.load(address, 0, 16);
            assertThat(faults.poll(2, TimeUnit.MINUTES).address()).isEqualTo(address);
        }
    }

    @Test
    void mappings_come_back_with_an_endpoint_and_after_resets_of_device_and_machine() throws Exception {
        driver.close();
        try (GuestIommu iommu = GuestIommu.start(machine.openIommu(), own(), Duration.ofMinutes(2))) {
            iommu.addFaultListener(faults::add);
            IommuDomain domain = iommu.createDomain();
            domain.attach(ENDPOINT);
            domain.map(VIRTUAL, VIRTUAL + PAGE - 1, PHYSICAL, READ_WRITE);
            domain.detach(ENDPOINT);
            domain.attach(ENDPOINT);
            requireMapped(1);
            iommu.recover();
            requireMapped(2);
            machine.reset();
            iommu.recover();
            requireMapped(3);
            assertThat(faults).isEmpty();
        }
    }

    private void requireMapped(int word) throws AccessFault {
        memory.putLong(PHYSICAL + 8, word);
        edu.load(VIRTUAL + 8, 0, Long.BYTES);
        edu.store(0, VIRTUAL + 0x18, Long.BYTES);
        assertThat(memory.getLong(PHYSICAL + 0x18)).isEqualTo(word);
    }
}
