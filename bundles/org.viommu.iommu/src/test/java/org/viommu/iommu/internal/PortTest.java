// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.dma.DmaPort;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;
import org.viommu.topology.Topology;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

class PortTest {
    private static final int READ_WRITE = MapFlags.READ | MapFlags.WRITE;
    private static final ReservedRegion RESERVED = new ReservedRegion(0x80000, 0x80fff, Kind.RESERVED);
    private static final ReservedRegion MSI = new ReservedRegion(0x90000, 0x90fff, Kind.MSI);

    private final TestGuest guest =
            new TestGuest(TestGuest.settings(0x1000), TestGuest.topology(List.of(RESERVED, MSI)));
    private final DmaPort port = guest.port(ENDPOINT);

    @BeforeEach
    void enterDomain() {
        guest.attach(1, ENDPOINT);
    }

    @AfterEach
    void close() {
        port.close();
        guest.close();
    }

    @Test
    void every_operation_goes_through_the_mapping() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE);
        port.putByte(0x5001, (byte) 0x12);
        port.putShort(0x5002, (short) 0x3456);
        port.putInt(0x5004, 0x789abcde);
        port.putLong(0x5008, 0x1122334455667788L);
        port.putShortRelease(0x5010, (short) 0x99aa);
        assertThat(port.getByte(0x5001)).isEqualTo((byte) 0x12);
        assertThat(port.getShort(0x5002)).isEqualTo((short) 0x3456);
        assertThat(port.getInt(0x5004)).isEqualTo(0x789abcde);
        assertThat(port.getLong(0x5008)).isEqualTo(0x1122334455667788L);
        assertThat(port.getShortAcquire(0x5010)).isEqualTo((short) 0x99aa);
        assertThat(guest.physical().getLong(DMA_MEMORY + 8)).isEqualTo(0x1122334455667788L);
        assertThat(port.endpoint()).isEqualTo(ENDPOINT);
    }

    @Test
    void ranges_span_adjacent_mappings_wherever_their_pages_are() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY + 0x3000, READ_WRITE);
        guest.map(1, 0x6000, 0x6fff, DMA_MEMORY + 0x1000, READ_WRITE);
        guest.map(1, 0x7000, 0x7fff, DMA_MEMORY + 0x8000, READ_WRITE);
        ByteBuffer source = ByteBuffer.allocate(0x2000);
        for (int i = 0; i < source.capacity(); i++) {
            source.put(i, (byte) (i * 31));
        }
        port.write(0x5f80, source);
        assertThat(source.hasRemaining()).isFalse();
        ByteBuffer target = ByteBuffer.allocate(0x2000);
        port.read(0x5f80, target);
        assertThat(target.flip()).isEqualTo(source.flip());
        assertThat(guest.physical().getByte(DMA_MEMORY + 0x1000)).isEqualTo(source.get(0x80));
        assertThat(guest.physical().getByte(DMA_MEMORY + 0x8000)).isEqualTo(source.get(0x1080));
    }

    @Test
    void values_span_adjacent_mappings_too() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY + 0x3000, READ_WRITE);
        guest.map(1, 0x6000, 0x6fff, DMA_MEMORY + 0x1000, READ_WRITE);
        port.putLong(0x5ffd, 0x1122334455667788L);
        assertThat(port.getLong(0x5ffd)).isEqualTo(0x1122334455667788L);
        assertThat(port.getInt(0x5ffe)).isEqualTo(0x44556677);
        assertThat(port.getShort(0x5fff)).isEqualTo((short) 0x5566);
        assertThat(guest.physical().getByte(DMA_MEMORY + 0x3fff)).isEqualTo((byte) 0x66);
        assertThat(guest.physical().getByte(DMA_MEMORY + 0x1000)).isEqualTo((byte) 0x55);
    }

    @Test
    void a_visit_shows_the_pieces_with_their_distance() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY + 0x3000, READ_WRITE);
        guest.map(1, 0x6000, 0x6fff, DMA_MEMORY + 0x1000, READ_WRITE);
        List<String> pieces = new ArrayList<>();
        port.visit(0x5800, 0x1000, Direction.READ, (piece, offset) -> {
            pieces.add(offset + "+" + piece.remaining());
            assertThat(piece.isReadOnly()).isTrue();
        });
        assertThat(pieces).containsExactly("0+2048", "2048+2048");
    }

    @Test
    void a_visitor_may_use_the_port_too() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY + 0x3000, READ_WRITE);
        guest.map(1, 0x6000, 0x6fff, DMA_MEMORY + 0x1000, READ_WRITE);
        List<Long> offsets = new ArrayList<>();
        port.visit(0x5ff0, 0x20, Direction.WRITE, (piece, offset) -> {
            offsets.add(offset);
            try {
                port.visit(0x6100, 1, Direction.READ, (inner, innerOffset) -> offsets.add(100 + innerOffset));
            } catch (AccessFault e) {
                throw new AssertionError(e);
            }
        });
        assertThat(offsets).containsExactly(0L, 100L, 16L, 100L);
    }

    @Test
    void D31_a_mapping_without_WRITE_is_not_written() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, MapFlags.READ);
        assertThat(port.getInt(0x5000)).isZero();
        refused(0x5000, () -> port.putInt(0x5000, 1));
        refused(0x5010, () -> port.write(0x5010, ByteBuffer.allocate(4)));
        assertThat(guest.physical().getInt(DMA_MEMORY)).isZero();
    }

    @Test
    void D31_a_mapping_without_READ_is_not_read() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, MapFlags.WRITE);
        port.putInt(0x5000, 1);
        refused(0x5000, () -> port.getInt(0x5000));
        refused(0x5000, () -> port.visit(0x5000, 1, Direction.READ, (piece, offset) -> {}));
    }

    @Test
    void a_mapping_without_flags_grants_nothing() {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, 0);
        refused(0x5000, () -> port.getByte(0x5000));
        refused(0x5000, () -> port.putByte(0x5000, (byte) 0));
    }

    @Test
    void the_first_refused_byte_is_named_and_what_lies_below_is_transferred() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE);
        ByteBuffer source = ByteBuffer.allocate(0x20);
        refused(0x6000, () -> port.write(0x5ff0, source));
        assertThat(source.position()).isEqualTo(0x10);
        assertThat(source.limit()).isEqualTo(0x20);
        refused(0x6000, () -> port.getLong(0x5ffc));
        refused(0x6000, () -> port.putShort(0x5fff, (short) 1));
    }

    @Test
    void D13_an_unattached_endpoint_reaches_memory_only_with_bypass() throws AccessFault {
        guest.detach(1, ENDPOINT);
        port.putInt(DMA_MEMORY, 7);
        assertThat(guest.physical().getInt(DMA_MEMORY)).isEqualTo(7);
        guest.device.config().write(IommuConfigLayout.BYPASS, 0, -1L);
        refused(DMA_MEMORY, () -> port.getInt(DMA_MEMORY));
    }

    @Test
    void an_endpoint_in_a_bypass_domain_reaches_memory_without_global_bypass() throws AccessFault {
        guest.device.config().write(IommuConfigLayout.BYPASS, 0, -1L);
        guest.attachBypass(2, ENDPOINT);
        port.putInt(DMA_MEMORY, 7);
        assertThat(guest.physical().getInt(DMA_MEMORY)).isEqualTo(7);
    }

    @Test
    void an_endpoint_that_the_topology_does_not_know_reaches_nothing() {
        try (DmaPort unknown = guest.port(TestGuest.NO_ENDPOINT)) {
            refused(DMA_MEMORY, () -> unknown.getInt(DMA_MEMORY));
        }
    }

    @Test
    void D49_reserved_regions_are_refused_before_bypass_counts() {
        guest.attachBypass(2, ENDPOINT);
        refused(RESERVED.start(), () -> port.getInt(RESERVED.start()));
        refused(RESERVED.start(), () -> port.write(RESERVED.start() - 4, ByteBuffer.allocate(8)));
        guest.attach(1, ENDPOINT);
        refused(RESERVED.end(), () -> port.getByte(RESERVED.end()));
    }

    @Test
    void the_MSI_window_passes_untranslated() throws AccessFault {
        port.putInt(MSI.start(), 0x1234);
        assertThat(guest.physical().getInt(MSI.start())).isEqualTo(0x1234);
    }

    @Test
    void faults_of_memory_name_the_address_that_the_endpoint_used() {
        guest.map(1, 0x5000, 0x6fff, TestGuest.MEMORY_SIZE - 0x1000, READ_WRITE);
        assertThatThrownBy(() -> port.write(0x5f00, ByteBuffer.allocate(0x200)))
                .isInstanceOfSatisfying(AccessFault.class, fault -> {
                    assertThat(fault.reason()).isEqualTo(AccessFault.Reason.OUTSIDE_MEMORY);
                    assertThat(fault.address()).isEqualTo(0x6000);
                });
        assertThat(guest.status.snapshot().faults().total()).isZero();
    }

    @Test
    void a_range_that_goes_on_beyond_the_last_address_is_refused() {
        guest.map(1, -0x1000L, -1L, DMA_MEMORY, READ_WRITE);
        assertThatThrownBy(() -> port.read(-4L, ByteBuffer.allocate(8)))
                .isInstanceOfSatisfying(
                        AccessFault.class, fault -> assertThat(fault.address()).isEqualTo(-4L));
        assertThatThrownBy(() -> port.getLong(-4L)).isInstanceOf(AccessFault.class);
    }

    @Test
    void the_last_address_can_be_mapped_and_used() throws AccessFault {
        guest.map(1, -0x1000L, -1L, DMA_MEMORY, READ_WRITE);
        port.putLong(-8L, 5);
        assertThat(port.getLong(-8L)).isEqualTo(5);
        assertThat(port.getByte(-1L)).isZero();
    }

    @Test
    void a_misaligned_ordered_access_is_refused() {
        assertThatThrownBy(() -> port.getShortAcquire(0x5001))
                .isInstanceOfSatisfying(
                        AccessFault.class,
                        fault -> assertThat(fault.reason()).isEqualTo(AccessFault.Reason.MISALIGNED));
    }

    @Test
    void what_was_translated_before_is_forgotten_with_its_mapping() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE);
        port.putInt(0x5000, 1);
        guest.unmap(1, 0x5000, 0x5fff);
        refused(0x5000, () -> port.putInt(0x5000, 2));
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY + 0x1000, READ_WRITE);
        port.putInt(0x5000, 3);
        assertThat(guest.physical().getInt(DMA_MEMORY)).isEqualTo(1);
        assertThat(guest.physical().getInt(DMA_MEMORY + 0x1000)).isEqualTo(3);
    }

    @Test
    void what_was_translated_before_is_forgotten_with_a_recreated_domain() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE);
        port.putInt(0x5000, 1);
        guest.detach(1, ENDPOINT);
        guest.attach(1, ENDPOINT);
        refused(0x5000, () -> port.putInt(0x5000, 2));
    }

    @Test
    void a_closed_port_says_so() {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE);
        port.close();
        port.close();
        assertThatThrownBy(() -> port.getInt(0x5000))
                .isInstanceOfSatisfying(
                        AccessFault.class, fault -> assertThat(fault.reason()).isEqualTo(AccessFault.Reason.CLOSED));
        assertThat(guest.status.snapshot().faults().total()).isZero();
    }

    @Test
    void translations_are_counted_also_those_of_closed_ports() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE);
        port.getInt(0x5000);
        port.getInt(0x5000);
        try (DmaPort other = guest.port(ENDPOINT)) {
            other.getInt(0x5000);
        }
        assertThat(guest.status.snapshot().translations()).isEqualTo(3);
    }

    @Test
    void an_endpoint_that_leaves_the_topology_is_detached_and_reaches_nothing() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE);
        port.putInt(0x5000, 1);
        guest.device.direct(Topology.EMPTY);
        refused(0x5000, () -> port.putInt(0x5000, 2));
        assertThat(guest.status.snapshot().domains()).isEmpty();
        assertThat(guest.attach(1, ENDPOINT)).isEqualTo(RequestStatus.NOENT);
        guest.device.direct(TestGuest.topology(List.of()));
        assertThat(guest.attach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void regions_that_become_reserved_are_refused_though_they_are_mapped() throws AccessFault {
        guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE);
        port.putInt(0x5000, 1);
        guest.device.direct(TestGuest.topology(List.of(new ReservedRegion(0x5800, 0x5fff, Kind.RESERVED))));
        port.putInt(0x5000, 2);
        refused(0x5800, () -> port.putInt(0x5800, 2));
        refused(0x5800, () -> port.read(0x5000, ByteBuffer.allocate(0x1000)));
        assertThat(guest.status.mappings(1, 0, 10)).hasSize(1);
    }

    private static void refused(long address, ThrowingCallable access) {
        assertThatThrownBy(access).isInstanceOfSatisfying(AccessFault.class, fault -> {
            assertThat(fault.reason()).isEqualTo(AccessFault.Reason.NOT_TRANSLATED);
            assertThat(fault.address()).isEqualTo(address);
        });
    }
}
