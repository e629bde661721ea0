// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.viommu.virtqueue.RingRig.assertFault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.virtqueue.RingFault.Kind;

class VirtqueuesTest {
    private final RingRig rig = new RingRig(1);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 256, 32768})
    void size_is_a_power_of_two(int size) throws RingFault {
        QueueAddresses addresses = new QueueAddresses(size, 0, 0x10_0000, 0x20_0000);

        assertThat(Virtqueues.openDevice(addresses, 0, rig.access).size()).isEqualTo(size);
        assertThat(Virtqueues.openDriver(addresses, 0, rig.access).size()).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 255, 32767})
    void other_sizes_are_for_packed_rings(int size) {
        assertRefused(new QueueAddresses(size, 0, 0, 0), Kind.BAD_SIZE);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 32769, 65536})
    void size_is_limited(int size) {
        assertThatIllegalArgumentException().isThrownBy(() -> new QueueAddresses(size, 0, 0, 0));
    }

    @Test
    void areas_are_aligned() {
        assertRefused(new QueueAddresses(8, 8, 0x1000, 0x2000), Kind.MISALIGNED_AREA);
        assertRefused(new QueueAddresses(8, 0, 0x1001, 0x2000), Kind.MISALIGNED_AREA);
        assertRefused(new QueueAddresses(8, 0, 0x1000, 0x2002), Kind.MISALIGNED_AREA);
    }

    @Test
    void areas_end_at_the_last_address_at_most() throws RingFault {
        assertRefused(new QueueAddresses(8, -0x70, 0x1000, 0x2000), Kind.RING_OUTSIDE_MEMORY);
        assertRefused(new QueueAddresses(8, 0, -20, 0x2000), Kind.RING_OUTSIDE_MEMORY);
        assertRefused(new QueueAddresses(8, 0, 0x1000, -68), Kind.RING_OUTSIDE_MEMORY);
        Virtqueues.openDevice(new QueueAddresses(8, -0x80, -22, -72), 0, rig.access);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 255, 256, 32767, 32768})
    void packed_ring_has_any_size(int size) throws RingFault {
        QueueAddresses addresses = new QueueAddresses(size, 0, 0x10_0000, 0x20_0000);

        assertThat(Virtqueues.openDevice(addresses, RingFeatures.PACKED, rig.access)
                        .size())
                .isEqualTo(size);
        assertThat(Virtqueues.openDriver(addresses, RingFeatures.PACKED, rig.access)
                        .size())
                .isEqualTo(size);
    }

    @Test
    void packed_areas_are_aligned() {
        assertPackedRefused(new QueueAddresses(8, 8, 0x1000, 0x2000), Kind.MISALIGNED_AREA);
        assertPackedRefused(new QueueAddresses(8, 0, 0x1002, 0x2000), Kind.MISALIGNED_AREA);
        assertPackedRefused(new QueueAddresses(8, 0, 0x1000, 0x2002), Kind.MISALIGNED_AREA);
    }

    @Test
    void packed_areas_end_at_the_last_address_at_most() throws RingFault {
        assertPackedRefused(new QueueAddresses(8, -0x70, 0x1000, 0x2000), Kind.RING_OUTSIDE_MEMORY);
        Virtqueues.openDevice(new QueueAddresses(8, -0x80, -4, -4), RingFeatures.PACKED, rig.access);
    }

    @Test
    void features_of_the_device_type_do_not_matter() throws RingFault {
        QueueAddresses addresses = new QueueAddresses(8, 0, 0x1000, 0x2000);

        Virtqueues.openDevice(addresses, -1, rig.access);
        Virtqueues.openDevice(addresses, ~RingFeatures.PACKED, rig.access);
    }

    private void assertPackedRefused(QueueAddresses addresses, Kind kind) {
        assertFault(() -> Virtqueues.openDevice(addresses, RingFeatures.PACKED, rig.access), kind);
        assertFault(() -> Virtqueues.openDriver(addresses, RingFeatures.PACKED, rig.access), kind);
    }

    private void assertRefused(QueueAddresses addresses, Kind kind) {
        assertFault(() -> Virtqueues.openDevice(addresses, 0, rig.access), kind);
        assertFault(() -> Virtqueues.openDriver(addresses, 0, rig.access), kind);
    }
}
