// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.viommu.driver.DriverException.Reason;
import org.viommu.virtio.Await;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.iommu.AttachFlags;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/** What goes over the request queue, and what the driver makes of the answers. */
class IommuDriverRequestTest {
    private final Guest guest = new Guest();
    private IommuDriver driver;

    @BeforeEach
    void start() throws DriverException {
        driver = guest.start();
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private void restart(Duration timeout) throws DriverException {
        driver.close();
        driver = guest.start(timeout);
    }

    @Test
    void R7_R11_R13_ATTACH_has_zeros_in_its_reserved_fields() throws DriverException {
        assertThat(driver.attach(0x8000_0001, 0xfedc_ba98, AttachFlags.BYPASS)).isEqualTo(RequestStatus.OK);
        ByteBuffer request = guest.request();
        assertThat(request.remaining()).isEqualTo(20);
        assertThat(request.getInt()).isEqualTo(1);
        assertThat(request.getInt()).isEqualTo(0x8000_0001);
        assertThat(request.getInt()).isEqualTo(0xfedc_ba98);
        assertThat(request.getInt()).isEqualTo(1);
        assertThat(request.getInt()).isZero();
    }

    @Test
    void R7_R14_DETACH_has_zeros_in_its_reserved_fields() throws DriverException {
        assertThat(driver.detach(5, 6)).isEqualTo(RequestStatus.OK);
        ByteBuffer request = guest.request();
        assertThat(request.remaining()).isEqualTo(20);
        assertThat(request.getInt()).isEqualTo(2);
        assertThat(request.getInt()).isEqualTo(5);
        assertThat(request.getInt()).isEqualTo(6);
        assertThat(request.getLong()).isZero();
    }

    @Test
    void R7_R19_MAP_carries_what_was_asked_for() throws DriverException {
        assertThat(driver.map(5, 0x1000, 0x7f_ffff_ffffL, 0xffff_8000_0000_0000L, MapFlags.ALL))
                .isEqualTo(RequestStatus.OK);
        ByteBuffer request = guest.request();
        assertThat(request.remaining()).isEqualTo(36);
        assertThat(request.getInt()).isEqualTo(3);
        assertThat(request.getInt()).isEqualTo(5);
        assertThat(request.getLong()).isEqualTo(0x1000);
        assertThat(request.getLong()).isEqualTo(0x7f_ffff_ffffL);
        assertThat(request.getLong()).isEqualTo(0xffff_8000_0000_0000L);
        assertThat(request.getInt()).isEqualTo(7);
    }

    @Test
    void R7_R21_UNMAP_has_zeros_in_its_reserved_fields() throws DriverException {
        // A slot that was used before by a longer request must leave nothing behind.
        driver.map(5, 0x1000, 0x1fff, -1L, MapFlags.ALL);
        guest.request();
        assertThat(driver.unmap(5, 0x1000, 0x1fff)).isEqualTo(RequestStatus.OK);
        ByteBuffer request = guest.request();
        assertThat(request.remaining()).isEqualTo(28);
        assertThat(request.getInt()).isEqualTo(4);
        assertThat(request.getInt()).isEqualTo(5);
        assertThat(request.getLong()).isEqualTo(0x1000);
        assertThat(request.getLong()).isEqualTo(0x1fff);
        assertThat(request.getInt()).isZero();
    }

    @Test
    void R7_reserved_bytes_of_the_tail_are_ignored() throws DriverException {
        guest.iommu.script = (request, answer) -> {
            answer.putInt(0, 0xffff_ff00);
            return 4;
        };
        assertThat(driver.detach(1, 1)).isEqualTo(RequestStatus.OK);
    }

    @ParameterizedTest
    @EnumSource(RequestStatus.class)
    void each_status_is_delivered(RequestStatus status) throws DriverException {
        guest.iommu.script = (request, answer) -> {
            answer.put(answer.capacity() - 4, (byte) status.value());
            return answer.capacity();
        };
        assertThat(driver.attach(1, 1, 0)).isEqualTo(status);
        assertThat(driver.detach(1, 1)).isEqualTo(status);
        assertThat(driver.map(1, 0x1000, 0x1fff, 0, 1)).isEqualTo(status);
        assertThat(driver.unmap(1, 0x1000, 0x1fff)).isEqualTo(status);
        assertThat(driver.probe(1)).isEqualTo(new ProbeResult(status, List.of()));
    }

    @Test
    void R8_an_answer_of_length_zero_is_a_failure_whatever_the_buffer_holds() throws DriverException {
        guest.iommu.script = (request, answer) -> 0;
        assertThat(driver.attach(1, 1, 0)).isEqualTo(RequestStatus.IOERR);
        assertThat(driver.probe(1).status()).isEqualTo(RequestStatus.IOERR);
    }

    @Test
    void R8_a_PROBE_answer_that_ends_before_its_status_is_a_failure() throws DriverException {
        for (int length : new int[] {1, 4, 511, 512}) {
            guest.iommu.script = (request, answer) -> length;
            assertThat(driver.probe(1).status()).isEqualTo(RequestStatus.IOERR);
        }
        guest.iommu.script = (request, answer) -> 513;
        assertThat(driver.probe(1).status()).isEqualTo(RequestStatus.OK);
    }

    @Test
    void a_status_that_the_standard_does_not_have_is_a_failure() throws DriverException {
        for (int status = 9; status < 256; status++) {
            byte value = (byte) status;
            guest.iommu.script = (request, answer) -> {
                answer.put(0, value);
                return 4;
            };
            assertThat(driver.unmap(1, 0x1000, 0x1fff)).isEqualTo(RequestStatus.IOERR);
        }
    }

    @Test
    void R9_ranges_outside_of_the_input_range_are_never_sent() {
        long[][] ranges = {
            {0, 0xfff}, {0xfff, 0x1fff}, {0x1000, 0x80_0000_0000L}, {0x1000, -1L}, {-2L, -1L}, {0x2000, 0x1fff}
        };
        for (long[] range : ranges) {
            assertThatIllegalArgumentException().isThrownBy(() -> driver.map(1, range[0], range[1], 0, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> driver.unmap(1, range[0], range[1]));
        }
        assertThat(guest.iommu.requests).isEmpty();
    }

    @Test
    void R10_domains_outside_of_the_domain_range_are_never_sent() throws DriverException {
        for (int domain : new int[] {0, 0x9000_0001, -1}) {
            assertThatIllegalArgumentException().isThrownBy(() -> driver.attach(domain, 1, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> driver.detach(domain, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> driver.map(domain, 0x1000, 0x1fff, 0, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> driver.unmap(domain, 0x1000, 0x1fff));
        }
        assertThat(guest.iommu.requests).isEmpty();
        assertThat(driver.attach(0x9000_0000, 1, 0)).isEqualTo(RequestStatus.OK);
        assertThat(driver.attach(1, 1, 0)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void R15_undefined_flags_are_never_sent() {
        for (int flags : new int[] {8, 16, 0x8000_0000, -1}) {
            assertThatIllegalArgumentException().isThrownBy(() -> driver.map(1, 0x1000, 0x1fff, 0, flags));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> driver.attach(1, 1, 2));
        assertThat(guest.iommu.requests).isEmpty();
    }

    @Test
    void R17_a_mapping_of_one_byte_is_never_sent_but_may_be_unmapped() throws DriverException {
        assertThatIllegalArgumentException().isThrownBy(() -> driver.map(1, 0x1000, 0x1000, 0, 1));
        assertThat(driver.unmap(1, 0x1000, 0x1000)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void R20_flags_whose_features_are_not_negotiated_are_never_sent() throws DriverException {
        driver.close();
        guest.iommu.features = IommuFeatures.MAP_UNMAP;
        driver = guest.plugIn().start();
        assertThatIllegalArgumentException().isThrownBy(() -> driver.map(1, 0x1000, 0x1fff, 0, MapFlags.MMIO));
        assertThatIllegalArgumentException().isThrownBy(() -> driver.attach(1, 1, AttachFlags.BYPASS));
        assertThat(driver.map(1, 0x1000, 0x1fff, 0, 3)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void R25_R26_PROBE_gives_exactly_the_room_that_the_device_asks_for() throws DriverException {
        int[] room = new int[1];
        guest.iommu.script = (request, answer) -> {
            room[0] = answer.capacity();
            return room[0];
        };
        driver.probe(0x8000_0007);
        assertThat(room[0]).isEqualTo(512 + 4);
        ByteBuffer request = guest.request();
        assertThat(request.remaining()).isEqualTo(72);
        assertThat(request.getInt()).isEqualTo(5);
        assertThat(request.getInt()).isEqualTo(0x8000_0007);
        while (request.hasRemaining()) {
            assertThat(request.get()).isZero();
        }
    }

    @Test
    void PROBE_delivers_the_reserved_ranges() throws DriverException {
        guest.iommu.script = (request, answer) -> {
            answer.putShort(0, (short) 1).putShort(2, (short) 20).putInt(4, 1);
            answer.putLong(8, 0xfee0_0000L).putLong(16, 0xfeef_ffffL);
            answer.putShort(24, (short) 1).putShort(26, (short) 20).putInt(28, 0);
            answer.putLong(32, 0).putLong(40, -1L);
            return answer.capacity();
        };
        assertThat(driver.probe(1))
                .isEqualTo(new ProbeResult(
                        RequestStatus.OK,
                        List.of(
                                new ReservedRange(0xfee0_0000L, 0xfeef_ffffL, true),
                                new ReservedRange(0, -1L, false))));
    }

    @Test
    void a_batch_is_sent_together_in_order_and_each_request_has_its_status() throws DriverException {
        guest.iommu.script = (request, answer) -> {
            answer.put(0, (byte) (request.getInt(4) % 2 == 0 ? 0 : RequestStatus.INVAL.value()));
            return 4;
        };
        RequestBatch batch = driver.batch(10);
        for (int i = 0; i < 10; i++) {
            int index = i % 3 == 0
                    ? batch.unmap(i + 1, 0x1000, 0x1fff)
                    : batch.map(i + 1, 0x1000L, 0x1fffL, 0, MapFlags.READ);
            assertThat(index).isEqualTo(i);
            assertThat(batch.status(i)).isNull();
        }
        assertThat(guest.iommu.requests).isEmpty();
        assertThat(batch.flush()).isEqualTo(5);
        for (int i = 0; i < 10; i++) {
            assertThat(batch.status(i)).isEqualTo(i % 2 == 0 ? RequestStatus.INVAL : RequestStatus.OK);
            assertThat(guest.iommu.requests.get(i).getInt(4)).isEqualTo(i + 1);
            assertThat(guest.iommu.requests.get(i).get(0)).isEqualTo((byte) (i % 3 == 0 ? 4 : 3));
        }
        assertThat(batch.size()).isEqualTo(10);
    }

    @Test
    void a_batch_that_outgrows_the_queue_is_sent_in_parts() throws DriverException {
        RequestBatch batch = driver.batch(1000);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 1000; i++) {
                batch.map(i + 1, 0x1000, 0x1fff, i, MapFlags.READ);
            }
            assertThat(batch.flush()).isZero();
            for (int i = 0; i < 1000; i++) {
                assertThat(batch.status(i)).isEqualTo(RequestStatus.OK);
                assertThat(guest.iommu.requests.get(i).getLong(24)).isEqualTo(i);
            }
            guest.iommu.requests.clear();
        }
    }

    @Test
    void a_full_batch_must_be_flushed() throws DriverException {
        RequestBatch batch = driver.batch(1);
        batch.unmap(1, 0x1000, 0x1fff);
        assertThatThrownBy(() -> batch.unmap(1, 0x1000, 0x1fff)).isInstanceOf(IllegalStateException.class);
        assertThat(batch.flush()).isZero();
        assertThat(batch.flush()).isZero();
        assertThat(guest.iommu.requests).hasSize(1);
        assertThat(batch.size()).isZero();
    }

    @Test
    void a_refused_argument_leaves_no_hole_in_a_batch() throws DriverException {
        RequestBatch batch = driver.batch(2);
        assertThatIllegalArgumentException().isThrownBy(() -> batch.map(0, 0x1000, 0x1fff, 0, 1));
        assertThat(batch.map(1, 0x1000, 0x1fff, 0, 1)).isZero();
        assertThat(batch.flush()).isZero();
        assertThat(guest.iommu.requests).hasSize(1);
    }

    @Test
    void a_request_outside_of_a_batch_goes_behind_it() throws DriverException {
        RequestBatch batch = driver.batch(4);
        batch.map(1, 0x1000, 0x1fff, 0, 1);
        assertThat(driver.attach(2, 1, 0)).isEqualTo(RequestStatus.OK);
        assertThat(batch.status(0)).isEqualTo(RequestStatus.OK);
        batch.unmap(1, 0x1000, 0x1fff);
        assertThat(batch.flush()).isZero();
        assertThat(guest.iommu.requests).extracting(r -> r.get(0)).containsExactly((byte) 3, (byte) 1, (byte) 4);
    }

    @Test
    void a_device_that_does_not_answer_is_given_up_in_time() throws DriverException {
        restart(Duration.ofMillis(30));
        guest.iommu.script = (request, answer) -> -1;
        assertThatThrownBy(() -> driver.attach(1, 1, 0)).isInstanceOfSatisfying(DriverException.class, e -> {
            assertThat(e.reason()).isEqualTo(Reason.TIMEOUT);
            assertThat(e.getMessage()).contains("PT0.03S");
        });
        // Its buffers still belong to the device, so nothing more is sent until a new driver resets it.
        guest.iommu.script = ScriptedIommu.OK;
        assertThatThrownBy(() -> driver.attach(1, 1, 0)).isInstanceOf(DriverException.class);
        restart(Guest.LONG);
        assertThat(driver.attach(1, 1, 0)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void a_device_that_breaks_while_the_driver_waits_is_noticed() throws DriverException {
        guest.iommu.script = (request, answer) -> {
            throw new IllegalStateException("broken in test");
        };
        assertThatThrownBy(() -> driver.attach(1, 1, 0))
                .isInstanceOfSatisfying(
                        DriverException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NEEDS_RESET));
        assertThat(guest.transport.status() & DeviceStatus.NEEDS_RESET).isNotZero();
    }

    @Test
    void a_device_that_uses_what_it_was_never_given_is_given_up() throws DriverException {
        guest.iommu.script = (request, answer) -> {
            // The first element of the used ring names the device's own invention.
            long used = usedRing();
            guest.bytes.putInt((int) (used - Guest.BASE) + 4, 63);
            guest.bytes.putShort((int) (used - Guest.BASE) + 2, (short) 1);
            return -1;
        };
        assertThatThrownBy(() -> driver.attach(1, 1, 0))
                .isInstanceOfSatisfying(
                        DriverException.class, e -> assertThat(e.reason()).isEqualTo(Reason.RING));
    }

    private long usedRing() {
        return guest.device.queues().get(0).deviceArea();
    }

    @Test
    void memory_that_goes_away_ends_the_driver() throws DriverException {
        guest.memory.replace(List.of());
        assertThatThrownBy(() -> driver.attach(1, 1, 0))
                .isInstanceOfSatisfying(
                        DriverException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MEMORY));
    }

    @Test
    void an_answer_that_comes_late_is_waited_for() throws DriverException {
        Thread main = Thread.currentThread();
        guest.iommu.script = (request, answer) -> {
            Await.until("the driver to sleep", () -> main.getState() == Thread.State.TIMED_WAITING);
            return 4;
        };
        for (int i = 0; i < 20; i++) {
            assertThat(driver.attach(1, 1, 0)).isEqualTo(RequestStatus.OK);
        }
    }

    @Test
    void MAP_and_UNMAP_allocate_nothing() throws DriverException {
        guest.iommu.recording = false;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        RequestBatch batch = driver.batch(32);
        int rounds = 2_000;
        long least = Long.MAX_VALUE;
        // The platform itself allocates now and then, while it links call sites and compiles.
        for (int attempt = 0; attempt < 10 && least >= rounds; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            churn(batch, rounds);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isLessThan(rounds);
    }

    private void churn(RequestBatch batch, int rounds) throws DriverException {
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < 16; i++) {
                batch.map(1, 0x1000, 0x1fff, 0, 1);
                batch.unmap(1, 0x1000, 0x1fff);
            }
            if (batch.flush() != 0 || driver.unmap(1, 0x1000, 0x1fff) != RequestStatus.OK) {
                throw new AssertionError("refused");
            }
        }
    }

    @Test
    void a_device_that_answers_garbage_can_spoil_answers_only() throws DriverException {
        Random random = new Random(7);
        guest.iommu.script = (request, answer) -> {
            for (int i = 0; i < answer.capacity(); i++) {
                answer.put(i, (byte) (random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(3)));
            }
            return random.nextInt(answer.capacity() + 1);
        };
        for (int i = 0; i < 5_000; i++) {
            assertThat(driver.attach(1, i, 0)).isNotNull();
            ProbeResult result = driver.probe(i);
            assertThat(result.status()).isNotNull();
            assertThat(result.reserved()).hasSizeLessThanOrEqualTo(512 / 24);
        }
        guest.iommu.script = ScriptedIommu.OK;
        assertThat(driver.attach(1, 1, 0)).isEqualTo(RequestStatus.OK);
    }
}
