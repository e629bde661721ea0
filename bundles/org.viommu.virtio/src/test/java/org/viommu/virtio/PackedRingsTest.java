// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFeatures;

/** A device that offers every feature of the rings, and whose driver takes what it likes. */
class PackedRingsTest {
    private static final long OFFERED = RingFeatures.SUPPORTED | RingFeatures.OPTIONAL;

    private final EchoType type = new EchoType(OFFERED);
    private final EchoDriver driver = new EchoDriver(type);

    private boolean enable(int size) {
        QueueAddresses usual = EchoDriver.addresses(0);
        QueueAddresses odd = new QueueAddresses(size, usual.descriptorArea(), usual.driverArea(), usual.deviceArea());
        return driver.transport.enableQueue(0, odd);
    }

    @Test
    void G3_every_subset_of_the_ring_features_is_accepted_and_works() {
        long subset = OFFERED;
        do {
            driver.negotiate(subset | VirtioFeatures.VERSION_1 | VirtioFeatures.RING_RESET);
            assertThat(driver.featuresOk()).as("0x%x", subset).isTrue();
            driver.setUpQueues().driverOk();
            for (int i = 0; i < 20; i++) {
                assertThat(driver.echo(i % 2, i)).isEqualTo(i);
            }
            subset = subset - 1 & OFFERED;
        } while (subset != OFFERED);
        assertThat(driver.device.faults().defects()).isZero();
    }

    @Test
    void G9_a_packed_queue_is_reset_while_the_others_go_on() {
        driver.start();
        for (int i = 0; i < 5; i++) {
            assertThat(driver.echo(0, 10 + i)).isEqualTo(10 + i);
            driver.transport.resetQueue(0);
            assertThat(driver.echo(1, 20 + i)).isEqualTo(20 + i);
            driver.setUpQueue(0);
        }
        assertThat(driver.echo(0, 77)).isEqualTo(77);
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    void C6_the_size_of_a_queue_is_a_power_of_two_unless_packed_rings_are_negotiated() {
        driver.negotiate(VirtioFeatures.VERSION_1);
        assertThat(enable(7)).isFalse();
        driver.negotiate(VirtioFeatures.VERSION_1 | RingFeatures.PACKED);
        assertThat(enable(7)).isTrue();
    }
}
