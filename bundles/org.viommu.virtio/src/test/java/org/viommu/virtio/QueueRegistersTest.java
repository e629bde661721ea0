// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The registers of a queue, as far as they are the same in all transports. */
class QueueRegistersTest {
    private final QueueRegisters queue = new QueueRegisters(16);

    @Test
    void a_fresh_queue_has_its_largest_size_and_is_not_enabled() {
        assertThat(queue.size()).isEqualTo(16);
        assertThat(queue.enabled()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8, 16})
    void M7_a_power_of_two_up_to_the_largest_size_is_allowed(int size) {
        queue.setSize(size);
        assertThat(queue.enable(false)).isTrue();
        assertThat(queue.enabled()).isTrue();
        assertThat(queue.addresses().size()).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 15, 16})
    void C6_any_size_up_to_the_largest_is_allowed_for_a_packed_ring(int size) {
        queue.setSize(size);
        assertThat(queue.enable(true)).isTrue();
        assertThat(queue.addresses().size()).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 17, 32, 65535, -1, Integer.MIN_VALUE})
    void C6_no_size_beyond_the_largest_is_allowed_for_a_packed_ring(int size) {
        queue.setSize(size);
        assertThat(queue.enable(true)).isFalse();
        assertThat(queue.enabled()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5, 15, 17, 32, 65535, 0x8000, -1, Integer.MIN_VALUE})
    void M7_any_other_size_is_refused(int size) {
        queue.setSize(size);
        queue.enable(false);
        assertThat(queue.enabled()).isFalse();
        assertThat(queue.size()).isEqualTo(size);
    }

    @Test
    void M8_the_registers_of_an_enabled_queue_keep_still() {
        queue.setSize(4);
        queue.setDescriptorArea(0x1000);
        queue.setDriverArea(-2L);
        queue.setDeviceArea(0x3000);
        queue.enable(false);

        queue.setSize(8);
        queue.setDescriptorArea(0);
        queue.setDriverArea(0);
        queue.setDeviceArea(0);

        assertThat(queue.size()).isEqualTo(4);
        assertThat(queue.descriptorArea()).isEqualTo(0x1000);
        assertThat(queue.driverArea()).isEqualTo(-2L);
        assertThat(queue.deviceArea()).isEqualTo(0x3000);
    }

    @Test
    void a_queue_cannot_be_enabled_once_the_device_works() {
        queue.seal();
        queue.enable(false);
        assertThat(queue.enabled()).isFalse();
    }

    @Test
    void a_queue_is_enabled_once() {
        assertThat(queue.enable(false)).isTrue();
        assertThat(queue.enable(false)).isFalse();
        assertThat(queue.enabled()).isTrue();
    }

    @Test
    void G9_a_queue_that_has_been_in_use_can_be_enabled_again() {
        queue.enable(false);
        queue.seal();
        queue.disable();
        assertThat(queue.enable(false)).isTrue();
    }

    @Test
    void G9_a_queue_that_has_not_been_in_use_cannot_be_enabled_by_way_of_a_reset() {
        queue.seal();
        queue.reset();
        assertThat(queue.enable(false)).isFalse();
    }

    @Test
    void C5_a_reset_returns_everything_to_its_beginning() {
        queue.setSize(4);
        queue.setDescriptorArea(0x1000);
        queue.enable(false);
        queue.reset();

        assertThat(queue.enabled()).isFalse();
        assertThat(queue.size()).isEqualTo(16);
        assertThat(queue.descriptorArea()).isZero();
        queue.enable(false);
        assertThat(queue.enabled()).isTrue();
    }
}
