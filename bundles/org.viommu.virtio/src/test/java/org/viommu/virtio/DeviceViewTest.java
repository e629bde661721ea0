// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.virtqueue.QueueProgress;
import org.viommu.virtqueue.RingFeatures;
import org.viommu.virtqueue.SplitLayout;

/** What an operator sees of a device. */
class DeviceViewTest {
    private final EchoType type = new EchoType();
    private final EchoDriver driver = new EchoDriver(type);

    @Test
    void a_fresh_device_offers_and_nothing_is_in_use() {
        DeviceView view = driver.device.view();

        assertThat(view.deviceId()).isEqualTo(EchoType.ID);
        assertThat(view.status()).isZero();
        assertThat(view.fault()).isEmpty();
        assertThat(view.features()).allMatch(FeatureView::offered).noneMatch(FeatureView::chosen);
        assertThat(view.queues()).hasSize(2).allSatisfy(queue -> {
            assertThat(queue.enabled()).isFalse();
            assertThat(queue.progress()).isEmpty();
            assertThat(queue.chains()).isZero();
            assertThat(queue.size()).isEqualTo(queue.maxSize());
        });
    }

    @Test
    void features_have_the_names_of_the_standard() {
        driver.start();
        assertThat(driver.device.view().features())
                .contains(
                        new FeatureView(29, "EVENT_IDX", true, true, true),
                        new FeatureView(32, "VERSION_1", true, true, true),
                        new FeatureView(5, "", true, true, true));
    }

    @Test
    void a_feature_that_is_chosen_but_not_offered_shows() {
        driver.negotiate(VirtioFeatures.VERSION_1 | 1L << 23);
        assertThat(driver.featuresOk()).isFalse();
        assertThat(driver.device.view().features())
                .contains(
                        new FeatureView(23, "", false, true, false),
                        new FeatureView(32, "VERSION_1", true, true, false));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void what_the_device_holds_is_in_flight(long ring) throws Exception {
        EchoType held = new EchoType(ring);
        EchoDriver guest = new EchoDriver(held).start();
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        held.beforeAnswer = () -> {
            arrived.countDown();
            awaitQuietly(released);
        };
        guest.add(1, 7);
        guest.transport.kick(1);
        arrived.await();

        QueueView queue = guest.device.view().queues().get(1);
        released.countDown();
        assertThat(queue.enabled()).isTrue();
        assertThat(queue.descriptorArea()).isEqualTo(EchoDriver.addresses(1).descriptorArea());
        assertThat(queue.progress().map(QueueProgress::packed)).contains(ring != 0);
        assertThat(queue.progress().map(QueueProgress::inFlight)).contains(ring == 0 ? 1 : 2);
        guest.device.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void chains_are_counted_across_resets(long ring) throws Exception {
        EchoDriver guest = new EchoDriver(new EchoType(ring)).start();
        guest.echo(0, 1);
        guest.echo(0, 2);
        guest.echo(1, 3);
        assertThat(guest.device.view().queues()).extracting(QueueView::chains).containsExactly(2L, 1L);
        guest.device.reset();
        guest.start().echo(0, 4);
        assertThat(guest.device.view().queues()).extracting(QueueView::chains).containsExactly(3L, 1L);
        guest.device.close();
    }

    @Test
    void the_queue_that_broke_the_device_says_why_until_the_reset() throws Exception {
        driver.start().echo(0, 1);
        driver.access.putShort(EchoDriver.addresses(1).driverArea() + SplitLayout.AVAILABLE_INDEX, (short) 0x4000);
        driver.transport.kick(1);
        Await.until("NEEDS_RESET", driver::needsReset);

        DeviceView view = driver.device.view();
        assertThat(DeviceStatus.names(view.status()))
                .containsExactly("ACKNOWLEDGE", "DRIVER", "DRIVER_OK", "FEATURES_OK", "NEEDS_RESET");
        assertThat(view.fault()).isEqualTo("INDEX_JUMP (0x4000)");
        assertThat(view.queues().get(0).fault()).isEmpty();
        assertThat(view.queues().get(1).fault()).isEqualTo("INDEX_JUMP (0x4000)");
        driver.device.reset();
        assertThat(driver.device.view().fault()).isEmpty();
    }

    @Test
    void a_defect_is_told_from_a_mistake_of_the_driver() {
        type.atStart = () -> {
            throw new IllegalStateException("broken at the start");
        };
        driver.start();
        Await.until("NEEDS_RESET", driver::needsReset);
        assertThat(driver.device.view().fault())
                .isEqualTo("a defect: java.lang.IllegalStateException: broken at the start");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
