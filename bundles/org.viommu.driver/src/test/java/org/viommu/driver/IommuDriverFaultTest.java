// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.virtio.Await;
import org.viommu.virtio.iommu.FaultFlags;
import org.viommu.virtio.iommu.FaultReason;

/** Fault reports (virtio 1.4, 5.13.6.9). */
class IommuDriverFaultTest {
    private final Guest guest = new Guest();
    private IommuDriver driver;

    @BeforeEach
    void start() throws DriverException {
        driver = guest.start();
        Await.until("the event buffers", () -> guest.iommu.eventBuffers == 16);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private static ByteBuffer report(int reason, int flags, int endpoint, long address) {
        ByteBuffer report = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        report.put(0, (byte) reason).putInt(4, flags).putInt(8, endpoint).putLong(16, address);
        return report;
    }

    private void send(ByteBuffer report) {
        guest.iommu.report(report.array());
    }

    private FaultReport next() {
        Await.until("a report", () -> !guest.faults.isEmpty());
        return guest.faults.remove(0);
    }

    @Test
    void a_report_reaches_the_listener() {
        send(report(2, FaultFlags.ADDRESS | FaultFlags.WRITE, 0x18, 0xdead_0000L));
        assertThat(next())
                .isEqualTo(new FaultReport(
                        FaultReason.MAPPING, FaultFlags.ADDRESS | FaultFlags.WRITE, 0x18, 0xdead_0000L));
    }

    @Test
    void buffers_go_back_to_the_device() {
        for (int i = 0; i < 200; i++) {
            send(report(1, FaultFlags.ADDRESS | FaultFlags.READ, i, -i));
        }
        Await.until("all reports", () -> guest.faults.size() == 200);
        assertThat(guest.faults)
                .extracting(FaultReport::endpoint)
                .containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
    }

    @Test
    void R34_a_report_with_reserved_bytes_is_dropped() {
        for (int at = 1; at < 4; at++) {
            ByteBuffer report = report(2, 0, 1, 0);
            report.put(at, (byte) 0x10);
            send(report);
        }
        send(report(2, 0, 9, 0));
        assertThat(next().endpoint()).isEqualTo(9);
        assertThat(driver.droppedReports()).isEqualTo(3);
    }

    @Test
    void R35_the_second_reserved_field_is_ignored() {
        send(report(1, 0, 5, 0).putInt(12, -1));
        assertThat(next()).isEqualTo(new FaultReport(FaultReason.DOMAIN, 0, 5, 0));
    }

    @Test
    void R36_undefined_flags_are_ignored() {
        send(report(1, 0xffff_ffff, 5, 7));
        assertThat(next().flags()).isEqualTo(FaultFlags.READ | FaultFlags.WRITE | FaultFlags.ADDRESS);
    }

    @Test
    void R37_an_unknown_reason_is_UNKNOWN() {
        for (int reason : new int[] {0, 3, 0x7f, 0x80, 0xff}) {
            send(report(reason, 0, 5, 7));
            assertThat(next().reason()).isEqualTo(FaultReason.UNKNOWN);
        }
    }

    @Test
    void a_report_that_is_too_short_is_dropped() {
        for (int length : new int[] {0, 1, 16, 23}) {
            guest.iommu.report(new byte[length]);
        }
        send(report(2, 0, 9, 0));
        assertThat(next().endpoint()).isEqualTo(9);
        assertThat(driver.droppedReports()).isEqualTo(4);
    }

    @Test
    void a_listener_that_fails_misses_only_its_report() throws DriverException {
        driver.close();
        driver = IommuDriver.start(guest.transport, guest.driverMemory, Guest.LONG, report -> {
            if (report.endpoint() == 1) {
                throw new IllegalStateException("broken in test");
            }
            guest.faults.add(report);
        });
        Await.until("the event buffers", () -> guest.iommu.eventBuffers == 16);
        send(report(2, 0, 1, 0));
        send(report(2, 0, 2, 0));
        assertThat(next().endpoint()).isEqualTo(2);
    }

    @Test
    void a_listener_may_close_the_driver() throws DriverException {
        driver.close();
        IommuDriver[] started = new IommuDriver[1];
        Object ready = new Object();
        started[0] = IommuDriver.start(guest.transport, guest.driverMemory, Guest.LONG, report -> {
            synchronized (ready) {
                started[0].close();
            }
        });
        Await.until("the event buffers", () -> guest.iommu.eventBuffers == 16);
        send(report(2, 0, 1, 0));
        Await.until("the reset", () -> guest.transport.status() == 0);
        assertThatThrownBy(() -> started[0].detach(1, 1)).isInstanceOf(DriverException.class);
    }
}
