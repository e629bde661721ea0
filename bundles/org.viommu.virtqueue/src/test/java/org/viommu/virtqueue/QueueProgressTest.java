// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;

import org.junit.jupiter.api.Test;

/** What can be seen of a queue from outside. */
class QueueProgressTest {
    private static final int SIZE = 8;
    private static final int WRAP = 0x8000;

    private final MemoryRig rig = new MemoryRig(SIZE);
    private final Chain chain = new Chain();

    @Test
    void a_split_queue_shows_the_indices_of_what_is_available_popped_and_used() throws Exception {
        DriverQueue driver = rig.driver(0);
        DeviceRing device = rig.device(0);
        assertThat(device.progress()).isEqualTo(new QueueProgress(false, 0, 0, 0, 0, true));

        add(driver, 3);
        device.pop(chain);
        assertThat(device.progress()).isEqualTo(new QueueProgress(false, 3, 1, 0, 1, true));
        device.push(chain, 0);
        assertThat(device.progress().inFlight())
                .as("the driver does not see it yet")
                .isEqualTo(1);
        device.publish();
        assertThat(device.progress()).isEqualTo(new QueueProgress(false, 3, 1, 1, 0, true));
    }

    @Test
    void a_packed_queue_shows_slots_with_the_wrap_counter_and_counts_descriptors() throws Exception {
        DriverQueue driver = rig.driver(RingFeatures.PACKED);
        DeviceRing device = rig.device(RingFeatures.PACKED);
        assertThat(device.progress()).isEqualTo(new QueueProgress(true, WRAP, WRAP, WRAP, 0, true));

        add(driver, 2);
        device.pop(chain);
        assertThat(device.progress()).isEqualTo(new QueueProgress(true, WRAP | 2, WRAP | 2, WRAP, 2, true));
        device.push(chain, 0);
        device.publish();
        assertThat(device.progress()).isEqualTo(new QueueProgress(true, WRAP | 2, WRAP | 2, WRAP | 2, 0, true));
        for (int i = 0; i < SIZE / 2; i++) {
            add(driver, 1);
            driver.poll();
            device.pop(chain);
            device.push(chain, 0);
            device.publish();
        }
        assertThat(device.progress().used()).as("one round further").isEqualTo(2);
    }

    @Test
    void suppressed_kicks_show() throws Exception {
        for (long features : new long[] {0, RingFeatures.EVENT_IDX, RingFeatures.PACKED}) {
            DeviceRing device = rig.device(features);
            device.suppressKicks();
            assertThat(device.progress().kicksWanted()).isFalse();
            device.enableKicks();
            assertThat(device.progress().kicksWanted()).isTrue();
        }
    }

    private static void add(DriverQueue driver, int chains) throws RingFault {
        for (int i = 0; i < chains; i++) {
            driver.add(new long[] {BUFFERS, 8, BUFFERS + 8, 8}, 1);
        }
        driver.publish();
    }
}
