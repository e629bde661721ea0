// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.endpoint.entropy.StrayDma;
import org.viommu.testkit.device.DeviceRig;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;

class EntropyDeviceTest {
    private static final long SEED = 42;

    private final EntropyDevice device = new EntropyDevice("vm1/rng0", new Random(SEED), RingFeatures.SUPPORTED);
    private DeviceRig rig;

    @BeforeEach
    void start() throws RingFault {
        rig = new DeviceRig(device, device.features());
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    /** What the source gives first. */
    private static byte[] first(int length) {
        byte[] bytes = new byte[EntropyDevice.MAX_FILL];
        new Random(SEED).nextBytes(bytes);
        return Arrays.copyOf(bytes, length);
    }

    @Test
    void buffer_is_filled_and_its_length_reported() throws Exception {
        assertThat(rig.submit(new long[] {DeviceRig.BUFFERS, 64}, 0)).isEqualTo(64);
        assertThat(rig.get(DeviceRig.BUFFERS, 64)).isEqualTo(first(64));
        assertThat(rig.get(DeviceRig.BUFFERS + 64, 64)).containsOnly(0);
        assertThat(rig.interrupts()).isEqualTo(1);
    }

    @Test
    void buffer_of_several_pieces_is_filled_like_one() throws Exception {
        long second = DeviceRig.BUFFERS + 0x1000;
        assertThat(rig.submit(new long[] {DeviceRig.BUFFERS, 1, second, 99}, 0)).isEqualTo(100);
        assertThat(rig.get(DeviceRig.BUFFERS, 1)).isEqualTo(first(1));
        assertThat(rig.get(second, 99)).isEqualTo(Arrays.copyOfRange(first(100), 1, 100));
    }

    @Test
    void large_buffer_is_filled_in_part() throws Exception {
        assertThat(rig.submit(new long[] {DeviceRig.BUFFERS, 0x20000}, 0)).isEqualTo(EntropyDevice.MAX_FILL);
    }

    @Test
    void buffer_without_a_writable_part_comes_back_with_nothing_in_it() throws Exception {
        assertThat(rig.submit(new long[] {DeviceRig.BUFFERS, 64}, 1)).isZero();
    }

    @Test
    void buffer_that_cannot_be_written_comes_back_with_used_length_0_and_the_next_one_is_filled() throws Exception {
        assertThat(rig.submit(new long[] {DeviceRig.NOWHERE, 64}, 0)).isZero();
        assertThat(rig.submit(new long[] {DeviceRig.READ_ONLY, 64}, 0)).isZero();
        assertThat(rig.submit(new long[] {DeviceRig.BUFFERS, 64}, 0)).isEqualTo(64);
    }

    @Test
    void there_is_no_configuration_space() {
        assertThat(device.deviceId()).isEqualTo(4);
        assertThat(device.config().length()).isZero();
    }

    @Test
    void stray_dma_writes_what_nobody_asked_for() throws Exception {
        device.write(DeviceRig.BUFFERS, 16);
        assertThat(rig.get(DeviceRig.BUFFERS, 16)).isEqualTo(first(16));
        assertThat(rig.get(DeviceRig.BUFFERS + 16, 16)).containsOnly(0);
    }

    @Test
    void stray_dma_that_is_refused_returns_and_leaves_the_device_at_work() throws Exception {
        device.write(DeviceRig.NOWHERE, 8);
        device.write(-1, 8);
        assertThat(rig.submit(new long[] {DeviceRig.BUFFERS, 64}, 0)).isEqualTo(64);
    }

    @Test
    void stray_dma_needs_a_session() {
        rig.session().close();
        assertThatIllegalStateException()
                .isThrownBy(() -> device.write(DeviceRig.BUFFERS, 8))
                .withMessage("no driver uses vm1/rng0");
    }

    @Test
    void stray_dma_has_a_length() {
        for (int length : new int[] {0, -1, StrayDma.MAX_LENGTH + 1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> device.write(DeviceRig.BUFFERS, length))
                    .withMessage("length " + length + " is not in 1..1048576");
        }
    }
}
