// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.virtio.Await;

/** MSI-X, the INTx pin and the interrupt status (virtio 1.4, 4.1.4.5 and 4.1.5). */
class PciInterruptsTest {
    private static final int NO_VECTOR = 0xffff;
    private static final int QUEUE = 1;
    private static final int CONFIG = 2;

    private static final int MSIX_BAR = 1;
    private static final int PENDING = 0x800;
    private static final int VECTOR_CONTROL = 12;

    private final Guest guest = new Guest();
    private final Host host = guest.host;
    private final PciDriver driver = guest.driver;

    @BeforeEach
    void master() {
        driver.master();
    }

    /** Lets the device notify, from this thread. */
    private void notifyQueue(int queue) {
        guest.type.activation.interrupt(queue);
    }

    private void notifyConfig() {
        guest.type.activation.configChanged();
    }

    private void start() {
        guest.start();
        Await.until("the session", () -> guest.type.activation != null);
    }

    @Test
    void C10_each_event_goes_to_its_vector() {
        driver.messages();
        start();
        notifyQueue(0);
        notifyQueue(1);
        notifyQueue(1);
        notifyConfig();

        assertThat(host.messages.get(0)).isEqualTo(1);
        assertThat(host.messages.get(1)).isEqualTo(1);
        assertThat(host.messages.get(2)).isEqualTo(2);
        assertThat(host.pin).isFalse();
        assertThat(host.rises.get()).isZero();
    }

    @Test
    void C10_any_event_can_have_any_vector() {
        driver.messages();
        start();
        driver.common(0x10, 2, 2);
        driver.select(0);
        driver.common(0x1a, 2, 2);
        notifyQueue(0);
        notifyConfig();
        assertThat(host.messages.get(2)).isEqualTo(2);
    }

    @Test
    void C10_NO_VECTOR_delivers_nothing() {
        driver.messages();
        start();
        driver.common(0x10, 2, NO_VECTOR);
        driver.select(0);
        driver.common(0x1a, 2, NO_VECTOR);
        assertThat(driver.common(0x1a, 2)).isEqualTo(NO_VECTOR);
        notifyQueue(0);
        notifyConfig();
        assertThat(host.allMessages()).isZero();
    }

    @Test
    void C10_a_vector_that_does_not_exist_reads_back_as_NO_VECTOR() {
        for (int vector = 0; vector < 3; vector++) {
            driver.common(0x10, 2, vector);
            assertThat(driver.common(0x10, 2)).isEqualTo(vector);
        }
        for (int vector : new int[] {3, 4, 255, 0x8000, 0xfffe}) {
            driver.common(0x10, 2, vector);
            assertThat(driver.common(0x10, 2)).isEqualTo(NO_VECTOR);
            driver.select(1);
            driver.common(0x1a, 2, vector);
            assertThat(driver.common(0x1a, 2)).isEqualTo(NO_VECTOR);
        }
    }

    @Test
    void C10_a_reset_unmaps_all_vectors() {
        driver.messages();
        start();
        driver.setStatus(0);
        driver.select(1);
        assertThat(driver.common(0x1a, 2)).isEqualTo(NO_VECTOR);
        assertThat(driver.common(0x10, 2)).isEqualTo(NO_VECTOR);
    }

    @Test
    void C9_without_MSI_X_a_queue_sets_its_status_bit_and_the_pin() {
        start();
        notifyQueue(0);
        assertThat(host.pin).isTrue();
        assertThat(host.config(6, 2) & 8).isEqualTo(8);
        assertThat(driver.isr()).isEqualTo(QUEUE);
        assertThat(host.pin).isFalse();
        assertThat(host.config(6, 2) & 8).isZero();
        assertThat(driver.isr()).isZero();
    }

    @Test
    void C9_reading_the_status_clears_all_of_it() {
        start();
        notifyQueue(0);
        notifyConfig();
        notifyQueue(1);
        assertThat(host.rises.get()).isEqualTo(1);
        assertThat(driver.isr()).isEqualTo(QUEUE | CONFIG);
        notifyConfig();
        assertThat(host.rises.get()).isEqualTo(2);
        assertThat(driver.isr()).isEqualTo(CONFIG);
    }

    @Test
    void C9_with_MSI_X_the_status_still_tells_of_configuration_changes() {
        driver.messages();
        start();
        notifyQueue(0);
        assertThat(driver.isr()).isZero();
        notifyConfig();
        assertThat(driver.isr()).isEqualTo(CONFIG);
        assertThat(host.config(6, 2) & 8).isZero();
    }

    @Test
    void C9_writing_the_status_does_nothing() {
        start();
        notifyQueue(0);
        host.bar(4, 0x1000, 1, 0);
        assertThat(driver.isr()).isEqualTo(QUEUE);
    }

    @Test
    void a_disabled_pin_stays_silent_but_shows_that_it_waits() {
        host.config(4, 2, 0x406);
        start();
        notifyQueue(0);
        assertThat(host.pin).isFalse();
        assertThat(host.config(6, 2) & 8).isEqualTo(8);
        host.config(4, 2, 0x006);
        assertThat(host.pin).isTrue();
        host.config(4, 2, 0x406);
        assertThat(host.pin).isFalse();
    }

    @Test
    void the_pin_falls_before_MSI_X_takes_over() {
        start();
        notifyQueue(0);
        assertThat(host.pin).isTrue();
        driver.messages();
        assertThat(host.pin).isFalse();
        host.config(driver.msix + 2, 2, 0);
        assertThat(host.pin).isTrue();
    }

    @Test
    void a_reset_releases_the_pin() {
        start();
        notifyQueue(0);
        driver.setStatus(0);
        assertThat(host.pin).isFalse();
        assertThat(driver.isr()).isZero();
    }

    @Test
    void a_new_host_learns_of_a_pin_that_is_up() {
        start();
        notifyQueue(0);
        guest.function.connect(PciInterrupts.NONE);
        Host next = new Host(guest.function);
        assertThat(next.pin).isTrue();
    }

    @Test
    void interrupts_without_a_host_are_lost_quietly() {
        driver.messages();
        start();
        guest.function.connect(PciInterrupts.NONE);
        notifyQueue(0);
        assertThat(host.allMessages()).isZero();
    }

    @Test
    void a_masked_function_keeps_messages_pending() {
        driver.messages();
        start();
        host.config(driver.msix + 2, 2, 0xc000);
        notifyQueue(0);
        notifyQueue(0);
        notifyQueue(1);
        assertThat(host.allMessages()).isZero();
        assertThat(host.bar(MSIX_BAR, PENDING, 8)).isEqualTo(0b110);

        host.config(driver.msix + 2, 2, 0x8000);
        assertThat(host.messages.get(1)).isEqualTo(1);
        assertThat(host.messages.get(2)).isEqualTo(1);
        assertThat(host.bar(MSIX_BAR, PENDING, 8)).isZero();
    }

    @Test
    void a_vector_masked_in_the_table_keeps_its_message_pending() {
        driver.messages();
        start();
        host.bar(MSIX_BAR, 16 + VECTOR_CONTROL, 4, 1);
        notifyQueue(0);
        notifyQueue(1);
        assertThat(host.messages.get(1)).isZero();
        assertThat(host.messages.get(2)).isEqualTo(1);
        assertThat(host.bar(MSIX_BAR, PENDING, 1)).isEqualTo(0b10);

        host.bar(MSIX_BAR, 16 + VECTOR_CONTROL, 4, 0);
        assertThat(host.messages.get(1)).isEqualTo(1);
    }

    @Test
    void a_host_that_keeps_the_table_itself_gets_every_message() {
        driver.messages();
        start();
        assertThat(host.bar(MSIX_BAR, 16 + VECTOR_CONTROL, 4)).isEqualTo(1);
        notifyQueue(0);
        assertThat(host.messages.get(1)).isEqualTo(1);
    }

    @Test
    void a_reset_of_the_device_forgets_pending_messages() {
        driver.messages();
        start();
        host.config(driver.msix + 2, 2, 0xc000);
        notifyQueue(0);
        driver.setStatus(0);
        host.config(driver.msix + 2, 2, 0x8000);
        assertThat(host.allMessages()).isZero();
    }

    @Test
    void the_table_keeps_what_is_written() {
        host.bar(MSIX_BAR, 16, 8, 0x1_fee0_1000L);
        host.bar(MSIX_BAR, 24, 8, 0xffff_ffff_0000_4041L);
        assertThat(host.bar(MSIX_BAR, 16, 8)).isEqualTo(0x1_fee0_1000L);
        assertThat(host.bar(MSIX_BAR, 24, 8)).isEqualTo(0x0000_0001_0000_4041L);
        host.bar(MSIX_BAR, 48, 8, -1L);
        assertThat(host.bar(MSIX_BAR, 48, 8)).isZero();
        host.bar(MSIX_BAR, PENDING, 8, -1L);
        assertThat(host.bar(MSIX_BAR, PENDING, 8)).isZero();
        assertThat(host.bar(MSIX_BAR, 0xffc, 8)).isZero();
    }
}
