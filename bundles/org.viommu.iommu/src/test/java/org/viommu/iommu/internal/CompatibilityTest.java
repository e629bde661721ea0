// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.viommu.iommu.IommuSnapshot.Mapping;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;
import org.viommu.virtio.iommu.AttachFlags;
import org.viommu.virtio.iommu.AttachLayout;
import org.viommu.virtio.iommu.ProbeLayout;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtio.iommu.UnmapLayout;

/** With {@code compat=qemu} the device deviates from the standard as QEMU's does. */
class CompatibilityTest {
    private static final Protocol QEMU = new Protocol(Dialect.STANDARD, Compatibility.QEMU, false, -1);
    private static final int READ_WRITE = 3;

    private TestGuest guest = new TestGuest(TestGuest.settings(QEMU));

    @AfterEach
    void close() {
        guest.close();
    }

    /** The examples of the standard in bytes, as QEMU's own tests send them to a device with a granule of 4 KiB. */
    @Test
    void the_vectors_of_map_and_unmap_can_be_replayed() {
        guest.attach(1, ENDPOINT);
        assertThat(guest.map(1, 0, 0xfff, 0xa1000, READ_WRITE)).isEqualTo(RequestStatus.OK);
        assertThat(guest.map(1, 0x10, 0xfff, 0xa1000, READ_WRITE)).isEqualTo(RequestStatus.INVAL);
        assertThat(guest.unmap(4, 0x10, 0xfff)).isEqualTo(RequestStatus.NOENT);
        assertThat(guest.unmap(1, 0, 0xfff)).isEqualTo(RequestStatus.OK);
        assertThat(guest.unmap(1, 0, 4)).as("1").isEqualTo(RequestStatus.OK);
        map(0, 9);
        assertThat(guest.unmap(1, 0, 9)).as("2").isEqualTo(RequestStatus.OK);
        map(0, 4);
        map(5, 9);
        assertThat(guest.unmap(1, 0, 9)).as("3").isEqualTo(RequestStatus.OK);
        map(0, 9);
        assertThat(guest.unmap(1, 0, 4)).as("4").isEqualTo(RequestStatus.RANGE);
        assertThat(guest.unmap(1, 0, 10)).isEqualTo(RequestStatus.OK);
        map(0, 4);
        map(5, 9);
        assertThat(guest.unmap(1, 0, 4)).as("5").isEqualTo(RequestStatus.OK);
        assertThat(guest.unmap(1, 5, 9)).isEqualTo(RequestStatus.OK);
        map(0, 4);
        assertThat(guest.unmap(1, 0, 9)).as("6").isEqualTo(RequestStatus.OK);
        map(0, 4);
        map(10, 14);
        assertThat(guest.unmap(1, 0, 14)).as("7").isEqualTo(RequestStatus.OK);
        assertThat(guest.status.mappings(1, 0, 10)).isEmpty();
    }

    @Test
    void the_vectors_of_attach_and_detach_can_be_replayed() {
        assertThat(guest.attach(0, 0x1000)).isEqualTo(RequestStatus.NOENT);
        assertThat(guest.detach(0, ENDPOINT)).isEqualTo(RequestStatus.NOENT);
        assertThat(guest.attach(0, ENDPOINT)).isEqualTo(RequestStatus.OK);
        assertThat(guest.attach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
        assertThat(guest.detach(0, ENDPOINT)).isEqualTo(RequestStatus.INVAL);
        assertThat(guest.detach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
        assertThat(guest.detach(1, ENDPOINT)).isEqualTo(RequestStatus.NOENT);
        ByteBuffer reserved = TestGuest.attachRequest(0, ENDPOINT, 0).putInt(AttachLayout.RESERVED, -1);
        assertThat(guest.send(reserved).status()).isEqualTo(RequestStatus.OK);
    }

    @Test
    void UNMAP_that_would_split_has_removed_what_is_below() {
        guest.attach(1, ENDPOINT);
        map(0, 4);
        map(10, 19);
        ByteBuffer reserved = TestGuest.unmapRequest(1, 0, 14).putInt(UnmapLayout.RESERVED, 1);
        assertThat(guest.send(reserved).status()).isEqualTo(RequestStatus.RANGE);
        assertThat(guest.status.mappings(1, 0, 10)).containsExactly(new Mapping(10, 19, DMA_MEMORY + 10, READ_WRITE));
    }

    @Test
    void ATTACH_again_empties_the_domain_and_a_refused_ATTACH_leaves_the_endpoint_detached() {
        guest.attach(1, ENDPOINT);
        map(0, 4);
        assertThat(guest.attach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
        assertThat(guest.status.mappings(1, 0, 10)).isEmpty();
        guest.attach(2, ENDPOINT + 1);
        assertThat(guest.send(TestGuest.attachRequest(2, ENDPOINT, AttachFlags.BYPASS))
                        .status())
                .isEqualTo(RequestStatus.INVAL);
        assertThat(guest.detach(1, ENDPOINT)).isEqualTo(RequestStatus.NOENT);
    }

    @Test
    void MAP_looks_at_neither_reserved_regions_nor_the_input_range() {
        guest.close();
        ReservedRegion region = new ReservedRegion(0x5000, 0x5fff, Kind.RESERVED);
        guest = new TestGuest(TestGuest.settings(0x1000, 0xffff_ffffL, List.of(region), new Quotas(9, 9, 9), QEMU));
        guest.attach(1, ENDPOINT);
        assertThat(guest.map(1, 0x5000, 0x5fff, 0, READ_WRITE)).isEqualTo(RequestStatus.OK);
        assertThat(guest.map(1, 1L << 40, (1L << 40) + 0xfff, 0, READ_WRITE)).isEqualTo(RequestStatus.OK);
        assertThat(guest.attach(1, ENDPOINT + 1)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void what_cannot_be_parsed_is_answered() {
        TestGuest.Answer unknown = guest.send(ByteBuffer.allocate(64).put(0, (byte) 99));
        assertThat(unknown.status()).isEqualTo(RequestStatus.UNSUPP);
        assertThat(unknown.usedLength()).isEqualTo(RequestLayout.TAIL_SIZE);
        ByteBuffer cut = ByteBuffer.allocate(AttachLayout.SIZE - 1).put(0, (byte) 1);
        assertThat(guest.send(cut).status()).isEqualTo(RequestStatus.INVAL);
        TestGuest.Answer probe = guest.probe(ENDPOINT, ReservedRegions.PROBE_SIZE);
        assertThat(probe.status()).isEqualTo(RequestStatus.DEVERR);
        assertThat(probe.usedLength()).isEqualTo(RequestLayout.TAIL_SIZE);
        ByteBuffer shortProbe = TestGuest.request(RequestType.PROBE, ProbeLayout.SIZE - 1, ENDPOINT);
        assertThat(guest.send(shortProbe, 600).status()).isEqualTo(RequestStatus.INVAL);
    }

    private void map(long start, long end) {
        assertThat(guest.map(1, start, end, DMA_MEMORY + start, READ_WRITE)).isEqualTo(RequestStatus.OK);
    }
}
