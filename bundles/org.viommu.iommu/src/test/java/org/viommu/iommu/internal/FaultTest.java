// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;
import static org.viommu.iommu.internal.TestGuest.NO_ENDPOINT;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.viommu.dma.DmaPort;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.FaultFlags;
import org.viommu.virtio.iommu.FaultLayout;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtio.iommu.MapFlags;

class FaultTest {
    private final TestGuest guest = new TestGuest();
    private final DmaPort port = guest.port(ENDPOINT);

    @AfterEach
    void close() {
        port.close();
        guest.close();
    }

    @Test
    void an_access_without_mapping_is_reported_with_reason_MAPPING() {
        guest.attach(1, ENDPOINT);
        guest.postEvent(FaultLayout.SIZE);
        read(0x5123);
        checkReport(FaultReason.MAPPING, FaultFlags.READ, ENDPOINT, 0x5123);
    }

    @Test
    void a_refused_write_has_the_WRITE_flag() {
        guest.attach(1, ENDPOINT);
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, MapFlags.READ);
        guest.postEvent(FaultLayout.SIZE);
        write(0x5010);
        checkReport(FaultReason.MAPPING, FaultFlags.WRITE, ENDPOINT, 0x5010);
    }

    @Test
    void an_unattached_endpoint_is_reported_with_reason_DOMAIN() {
        guest.device.config().write(IommuConfigLayout.BYPASS, 0, -1L);
        guest.postEvent(FaultLayout.SIZE);
        read(0x5000);
        checkReport(FaultReason.DOMAIN, FaultFlags.READ, ENDPOINT, 0x5000);
    }

    @Test
    void an_unknown_endpoint_is_reported_with_reason_UNKNOWN() {
        guest.postEvent(FaultLayout.SIZE);
        try (DmaPort unknown = guest.port(NO_ENDPOINT)) {
            unknown.getByte(1);
        } catch (AccessFault expected) {
            checkReport(FaultReason.UNKNOWN, FaultFlags.READ, NO_ENDPOINT, 1);
        }
    }

    @Test
    void D50_D51_reserved_fields_and_flags_are_zero() {
        guest.attach(1, ENDPOINT);
        guest.postEvent(64);
        read(0x5000);
        guest.serve(IommuQueues.EVENT);
        ByteBuffer report = guest.pollEvent().writable();
        assertThat(report.getInt(FaultLayout.REASON)).isEqualTo(FaultReason.MAPPING.value());
        assertThat(report.getInt(FaultLayout.FLAGS)).isEqualTo(FaultFlags.READ | FaultFlags.ADDRESS);
        assertThat(report.getInt(FaultLayout.RESERVED1)).isZero();
    }

    @Test
    void D54_a_buffer_that_is_too_small_is_returned_empty_and_the_report_takes_the_next_one() {
        guest.attach(1, ENDPOINT);
        guest.postEvent(FaultLayout.SIZE - 1);
        guest.postEvent(FaultLayout.SIZE);
        read(0x5000);
        guest.serve(IommuQueues.EVENT);
        assertThat(guest.pollEvent().usedLength()).isZero();
        assertThat(guest.pollEvent().usedLength()).isEqualTo(FaultLayout.SIZE);
    }

    @Test
    void buffers_are_found_without_a_kick() {
        guest.attach(1, ENDPOINT);
        guest.postEvent(FaultLayout.SIZE);
        read(0x5000);
        assertThat(guest.eventWake()).isTrue();
        guest.serve(IommuQueues.EVENT);
        assertThat(guest.pollEvent()).isNotNull();
        assertThat(guest.interrupts()).isPositive();
    }

    @Test
    void reports_wait_for_buffers_in_order() {
        guest.attach(1, ENDPOINT);
        read(0x5000);
        read(0x6000);
        guest.serve(IommuQueues.EVENT);
        assertThat(guest.pollEvent()).isNull();
        assertThat(guest.status.snapshot().faults().waiting()).isEqualTo(2);
        guest.postEvent(FaultLayout.SIZE);
        guest.postEvent(FaultLayout.SIZE);
        guest.serve(IommuQueues.EVENT);
        assertThat(guest.pollEvent().writable().getLong(FaultLayout.ADDRESS)).isEqualTo(0x5000);
        assertThat(guest.pollEvent().writable().getLong(FaultLayout.ADDRESS)).isEqualTo(0x6000);
        assertThat(guest.status.snapshot().faults().waiting()).isZero();
    }

    @Test
    void repetitions_are_counted_while_the_first_one_waits() {
        guest.attach(1, ENDPOINT);
        for (int i = 0; i < 1000; i++) {
            read(0x5000 + i);
        }
        IommuSnapshot.Faults faults = guest.status.snapshot().faults();
        assertThat(faults.waiting()).isEqualTo(1);
        assertThat(faults.coalesced()).isEqualTo(999);
        assertThat(faults.refused()).containsEntry(FaultReason.MAPPING, 1000L);
        guest.postEvent(FaultLayout.SIZE);
        guest.serve(IommuQueues.EVENT);
        read(0x5000);
        assertThat(guest.status.snapshot().faults().waiting()).isEqualTo(1);
    }

    @Test
    void what_does_not_fit_is_dropped_and_counted() {
        guest.attach(1, ENDPOINT);
        for (int i = 0; i < 1000; i++) {
            read(0x5000L + 0x1000 * i);
        }
        IommuSnapshot.Faults faults = guest.status.snapshot().faults();
        assertThat(faults.waiting()).isEqualTo(256);
        assertThat(faults.dropped()).isEqualTo(1000 - 256);
        assertThat(faults.total()).isEqualTo(1000);
    }

    @Test
    void nothing_waits_without_a_driver_or_beyond_a_reset() {
        guest.attach(1, ENDPOINT);
        read(0x5000);
        guest.reset();
        guest.device.config().write(IommuConfigLayout.BYPASS, 0, -1L);
        read(0x6000);
        IommuSnapshot.Faults faults = guest.status.snapshot().faults();
        assertThat(faults.waiting()).isZero();
        assertThat(faults.dropped()).isEqualTo(2);
        guest.start(guest.device.features());
    }

    private void checkReport(FaultReason reason, int flag, int endpoint, long address) {
        guest.serve(IommuQueues.EVENT);
        TestGuest.Answer event = guest.pollEvent();
        assertThat(event.usedLength()).isEqualTo(FaultLayout.SIZE);
        assertThat(event.writable().get(FaultLayout.REASON)).isEqualTo((byte) reason.value());
        assertThat(event.writable().getInt(FaultLayout.FLAGS)).isEqualTo(flag | FaultFlags.ADDRESS);
        assertThat(event.writable().getInt(FaultLayout.ENDPOINT)).isEqualTo(endpoint);
        assertThat(event.writable().getLong(FaultLayout.ADDRESS)).isEqualTo(address);
    }

    private void read(long address) {
        try {
            port.getByte(address);
            throw new AssertionError("read at 0x" + Long.toHexString(address));
        } catch (AccessFault expected) {
            assertThat(expected.reason()).isEqualTo(AccessFault.Reason.NOT_TRANSLATED);
        }
    }

    private void write(long address) {
        try {
            port.putByte(address, (byte) 1);
            throw new AssertionError("wrote at 0x" + Long.toHexString(address));
        } catch (AccessFault expected) {
            assertThat(expected.reason()).isEqualTo(AccessFault.Reason.NOT_TRANSLATED);
        }
    }
}
