// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.viommu.virtqueue.RingFeatures;

/** Offered, chosen and accepted features (virtio 1.4, 2.2 and chapter 6). */
class VirtioDeviceFeaturesTest {
    private static final long OWN =
            EchoType.FEATURE_A | EchoType.FEATURE_B | RingFeatures.EVENT_IDX | VirtioFeatures.RING_RESET;

    private final EchoType type = new EchoType();
    private final EchoDriver driver = new EchoDriver(type);

    @Test
    void G3_every_legal_subset_is_accepted() {
        long subset = OWN;
        do {
            driver.negotiate(subset | VirtioFeatures.VERSION_1);
            assertThat(driver.featuresOk()).as("0x%x", subset).isTrue();
            assertThat(driver.device.acceptedFeatures()).isEqualTo(subset | VirtioFeatures.VERSION_1);
            subset = subset - 1 & OWN;
        } while (subset != OWN);
    }

    @Test
    void G3_a_set_that_was_accepted_is_accepted_again_after_a_reset() {
        for (int i = 0; i < 3; i++) {
            assertThat(driver.start().featuresOk()).isTrue();
            assertThat(driver.echo(0, i)).isEqualTo(i);
        }
    }

    @Test
    void G3_a_refused_driver_may_try_again_without_a_reset() {
        driver.negotiate(-1L);
        assertThat(driver.featuresOk()).isFalse();
        driver.transport.acceptFeatures(VirtioFeatures.VERSION_1);
        driver.transport.setStatus(driver.transport.status() | DeviceStatus.FEATURES_OK);
        assertThat(driver.featuresOk()).isTrue();
    }

    @Test
    void G3_the_type_has_a_say() {
        type.refused = EchoType.FEATURE_B;
        driver.negotiate();
        assertThat(driver.featuresOk()).isFalse();
        driver.negotiate(VirtioFeatures.VERSION_1 | EchoType.FEATURE_A);
        assertThat(driver.featuresOk()).isTrue();
    }

    @Test
    void G4_each_feature_that_is_not_offered_is_refused() {
        long offered = driver.transport.offeredFeatures();
        for (long missing = ~offered; missing != 0; missing &= missing - 1) {
            driver.negotiate(VirtioFeatures.VERSION_1 | Long.lowestOneBit(missing));
            assertThat(driver.featuresOk()).isFalse();
            assertThat(driver.device.acceptedFeatures()).isZero();
        }
    }

    @Test
    void G4_features_beyond_the_64th_are_refused() {
        for (int word = 2; word < 64; word++) {
            driver.transport.setStatus(0);
            driver.transport.acceptFeatures(VirtioFeatures.VERSION_1);
            driver.device.setDriverFeatures(word, 1);
            driver.transport.setStatus(DeviceStatus.FEATURES_OK);
            assertThat(driver.featuresOk()).isFalse();

            driver.device.setDriverFeatures(word, 0);
            driver.transport.setStatus(DeviceStatus.FEATURES_OK);
            assertThat(driver.featuresOk()).isTrue();
        }
    }

    @Test
    void G4_VERSION_1_is_offered_and_must_be_accepted() {
        assertThat(driver.transport.offeredFeatures()).isEqualTo(OWN | VirtioFeatures.VERSION_1);
        driver.negotiate(OWN);
        assertThat(driver.featuresOk()).isFalse();
    }

    @Test
    void G4_ACCESS_PLATFORM_is_offered_behind_a_translating_platform_and_must_be_accepted() {
        EchoDriver translated = new EchoDriver(new EchoType(), true);
        assertThat(translated.transport.offeredFeatures())
                .isEqualTo(OWN | VirtioFeatures.VERSION_1 | VirtioFeatures.ACCESS_PLATFORM);

        translated.negotiate(OWN | VirtioFeatures.VERSION_1);
        assertThat(translated.featuresOk()).isFalse();
        translated.negotiate(OWN | VirtioFeatures.VERSION_1 | VirtioFeatures.ACCESS_PLATFORM);
        assertThat(translated.featuresOk()).isTrue();
    }

    @Test
    void the_choice_is_fixed_once_FEATURES_OK_is_set() {
        driver.negotiate(VirtioFeatures.VERSION_1);
        driver.transport.acceptFeatures(VirtioFeatures.VERSION_1 | EchoType.FEATURE_A);

        assertThat(driver.device.driverFeatures()).isEqualTo(VirtioFeatures.VERSION_1);
        driver.setUpQueues().driverOk().echo(0, 1);
        assertThat(type.activation.features()).isEqualTo(VirtioFeatures.VERSION_1);
    }

    @Test
    void offered_chosen_and_accepted_are_kept_apart() {
        long offered = driver.transport.offeredFeatures();
        driver.transport.acceptFeatures(-1L);
        assertThat(driver.device.driverFeatures()).isEqualTo(-1L);
        assertThat(driver.device.acceptedFeatures()).isZero();
        assertThat(driver.device.offeredFeatures()).isEqualTo(offered);
        driver.device.reset();
        assertThat(driver.device.driverFeatures()).isZero();
    }

    @Test
    void a_type_must_not_offer_what_is_not_its_own() {
        for (long foreign : new long[] {VirtioFeatures.VERSION_1, VirtioFeatures.RING_RESET, 1L << 24, 1L << 49}) {
            DeviceType offender = new EchoVariant(foreign, 16);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new VirtioDevice("x", offender, EchoDriver.platform(driver.memory, false)))
                    .withMessageContaining("0x%x", foreign);
        }
    }

    @Test
    void a_transport_adds_its_own_features_to_the_offer_and_no_others() {
        driver.device.offer(VirtioFeatures.NOTIFICATION_DATA);
        assertThat(driver.transport.offeredFeatures())
                .isEqualTo(OWN | VirtioFeatures.VERSION_1 | VirtioFeatures.NOTIFICATION_DATA);
        for (long foreign : new long[] {VirtioFeatures.ACCESS_PLATFORM, RingFeatures.EVENT_IDX, 1L << 41, 1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> driver.device.offer(foreign | VirtioFeatures.RING_RESET))
                    .withMessageContaining("test/echo")
                    .withMessageContaining("0x%x", foreign);
        }
    }

    @Test
    void a_type_must_have_queues_of_allowed_sizes() {
        for (int[] sizes : new int[][] {{}, {0}, {3}, {65536}, {-8}, new int[65]}) {
            DeviceType offender = new EchoVariant(0, sizes);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new VirtioDevice("x", offender, EchoDriver.platform(driver.memory, false)))
                    .withMessageContaining("63");
        }
    }

    /** An echo type with other features and queues. */
    private record EchoVariant(long features, int... queueSizes) implements DeviceType {
        @Override
        public int deviceId() {
            return EchoType.ID;
        }

        @Override
        public DeviceConfig config() {
            return new EchoType().config();
        }

        @Override
        public DeviceSession start(DeviceActivation activation) {
            throw new AssertionError("never started");
        }
    }
}
