// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;
import static org.viommu.virtqueue.MemoryRig.assertFault;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtqueue.RingFault.Kind;

/** Rings whose memory is taken away while they are in use, or lies in several regions. */
class RingMemoryTest {
    private static final int SIZE = 8;
    private static final long[] PAIR = {BUFFERS, 8, BUFFERS + 8, 8};

    private final Chain chain = new Chain();

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED, RingFeatures.IN_ORDER, RingFeatures.PACKED | RingFeatures.IN_ORDER})
    void memory_that_is_taken_away_is_the_queues_fault(long features) throws Exception {
        MemoryRig rig = new MemoryRig(SIZE);
        DriverQueue driver = rig.driver(features);
        DeviceQueue device = rig.device(features);
        driver.add(PAIR, 1);
        driver.add(PAIR, 1);
        driver.publish();
        assertThat(device.pop(chain)).isTrue();
        device.push(chain, 8);

        rig.memory.replace(List.of());

        assertFault(device::publish, Kind.RING_OUTSIDE_MEMORY);
        assertFault(() -> device.pop(chain), Kind.RING_OUTSIDE_MEMORY);
        assertFault(device::suppressKicks, Kind.RING_OUTSIDE_MEMORY);
        assertFault(device::enableKicks, Kind.RING_OUTSIDE_MEMORY);
        assertFault(driver::kickWanted, Kind.RING_OUTSIDE_MEMORY);
        assertFault(driver::poll, Kind.RING_OUTSIDE_MEMORY);
        assertFault(() -> driver.add(PAIR, 1), Kind.RING_OUTSIDE_MEMORY);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void memory_that_is_exchanged_goes_unnoticed(long features) throws Exception {
        MemoryRig rig = new MemoryRig(SIZE);
        DriverQueue driver = rig.driver(features);
        DeviceQueue device = rig.device(features);
        for (int i = 0; i < 100; i++) {
            driver.add(PAIR, 1);
            driver.publish();
            rig.memory.replace(List.copyOf(rig.memory.regions()));
            assertThat(device.pop(chain)).isTrue();
            device.push(chain, 8);
            device.publish();
            assertThat(driver.poll()).isNotNegative();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void ring_may_lie_across_regions(long features) throws Exception {
        GuestMemory memory = new GuestMemory();
        // The regions meet within a word and between two words of descriptors, and between the fields of a used
        // element.
        memory.replace(List.of(
                region(0x0000, 0x101c), region(0x101c, 0x1028), region(0x1028, 0x300c), region(0x300c, 0x5000)));
        QueueAddresses addresses = new QueueAddresses(SIZE, 0x1000, 0x2000, 0x3000);
        DriverQueue driver = Virtqueues.openDriver(addresses, features, memory.open());
        DeviceQueue device = Virtqueues.openDevice(addresses, features, memory.open());
        for (int i = 0; i < 100; i++) {
            int id = driver.add(new long[] {0x4000, 8, 0x4008, 8}, 1);
            driver.publish();
            assertThat(device.pop(chain)).isTrue();
            device.push(chain, 5);
            device.publish();
            assertThat(driver.poll()).isEqualTo(id);
            assertThat(driver.usedLength()).isEqualTo(5);
        }
    }

    private static MemoryRegion region(long start, long next) {
        // A window lies in the host as it does in the guest, modulo 8.
        int skew = (int) start & 7;
        ByteBuffer window = ByteBuffer.allocateDirect(skew + (int) (next - start));
        return new MemoryRegion(
                start, next - 1, true, List.of(window.position(skew).slice()));
    }
}
