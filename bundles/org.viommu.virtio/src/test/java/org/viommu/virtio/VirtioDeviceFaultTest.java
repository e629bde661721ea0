// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.SplitLayout;

/** Broken rings and broken device types: NEEDS_RESET for this device only (virtio 1.4, 2.1.2). */
class VirtioDeviceFaultTest {
    private final EchoType type = new EchoType();
    private final EchoDriver driver = new EchoDriver(type);

    private void awaitNeedsReset() {
        Await.until("NEEDS_RESET", driver::needsReset);
        Await.until("the notification", () -> driver.configInterrupts.get() == 1);
    }

    private void enable(long descriptorArea, long driverArea, long deviceArea) {
        driver.transport.enableQueue(0, new QueueAddresses(8, descriptorArea, driverArea, deviceArea));
    }

    @Test
    void G5_a_broken_ring_needs_a_reset_and_notifies() throws Exception {
        driver.start().echo(0, 1);
        driver.access.putShort(EchoDriver.addresses(0).driverArea() + SplitLayout.AVAILABLE_INDEX, (short) 0x4000);
        driver.transport.kick(0);

        awaitNeedsReset();
        assertThat(driver.transport.status()).isEqualTo(EchoDriver.READY | DeviceStatus.NEEDS_RESET);
        assertThat(driver.device.faults().ringFaults(RingFault.Kind.INDEX_JUMP)).isEqualTo(1);
        assertThat(driver.device.faults().defects()).isZero();
    }

    @Test
    void G5_a_broken_device_is_not_served_any_more_until_its_reset() throws Exception {
        driver.start().echo(0, 1);
        driver.access.putShort(EchoDriver.addresses(0).driverArea() + SplitLayout.AVAILABLE_INDEX, (short) 0x4000);
        driver.transport.kick(0);
        awaitNeedsReset();

        driver.add(1, 2);
        driver.transport.kick(1);
        driver.device.reset();
        assertThat(driver.poll(1)).isEqualTo(-1);
        assertThat(type.open).isZero();
        assertThat(driver.transport.status()).isZero();

        assertThat(driver.start().echo(1, 3)).isEqualTo(3);
        assertThat(driver.configInterrupts.get()).isEqualTo(1);
    }

    @Test
    void a_ring_outside_of_memory_needs_a_reset() {
        driver.negotiate();
        enable(0x1000, 0x2000, 0x3000);
        driver.driverOk();

        awaitNeedsReset();
        assertThat(driver.device.faults().ringFaults(RingFault.Kind.RING_OUTSIDE_MEMORY))
                .isEqualTo(1);
    }

    @Test
    void a_misaligned_ring_needs_a_reset() {
        driver.negotiate();
        enable(EchoDriver.BASE + 8, EchoDriver.BASE + 0x1000, EchoDriver.BASE + 0x2000);
        driver.driverOk();

        awaitNeedsReset();
        assertThat(driver.device.faults().ringFaults(RingFault.Kind.MISALIGNED_AREA))
                .isEqualTo(1);
    }

    @Test
    void a_ring_that_ends_beyond_the_last_address_needs_a_reset() {
        driver.negotiate();
        enable(-16L, EchoDriver.BASE + 0x1000, EchoDriver.BASE + 0x2000);
        driver.driverOk();

        awaitNeedsReset();
    }

    @Test
    void a_ring_whose_memory_goes_away_needs_a_reset() {
        driver.start().echo(0, 1);
        driver.memory.replace(List.of());
        driver.transport.kick(0);

        awaitNeedsReset();
        assertThat(driver.device.faults().ringFaults(RingFault.Kind.RING_OUTSIDE_MEMORY))
                .isEqualTo(1);
    }

    @Test
    void a_buffer_outside_of_memory_spoils_only_its_answer() throws Exception {
        driver.start();
        driver.queues[0].add(new long[] {0x10, 4, 0x20, 4}, 1);
        driver.queues[0].publish();
        assertThat(driver.echo(1, 5)).isEqualTo(5);
        driver.transport.kick(0);
        Await.until("the answer", () -> type.served == 2);
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    void a_defect_while_serving_needs_a_reset_and_leaves_one_line_without_a_stack_trace() {
        type.beforeAnswer = () -> {
            throw new IllegalStateException("broken while serving");
        };
        driver.start();
        driver.add(0, 1);
        driver.transport.kick(0);

        awaitNeedsReset();
        assertThat(driver.device.faults().defects()).isEqualTo(1);
        List<RecordedLogs.Line> lines = RecordedLogs.LINES.stream()
                .filter(line -> line.level().compareTo(Level.INFO) <= 0)
                .filter(line -> line.message().contains("broken while serving"))
                .toList();
        assertThat(lines).singleElement().satisfies(line -> {
            assertThat(line.message()).contains("test/echo").contains("IllegalStateException");
            assertThat(line.throwable()).isNull();
        });
    }

    @Test
    void a_defect_at_the_start_needs_a_reset() {
        type.atStart = () -> {
            throw new NoClassDefFoundError("gone in test");
        };
        driver.start();

        awaitNeedsReset();
        type.atStart = () -> {};
        assertThat(driver.start().echo(0, 3)).isEqualTo(3);
    }

    @Test
    void a_defect_at_the_end_does_not_hold_up_the_reset() {
        driver.start().echo(0, 1);
        type.atClose = () -> {
            throw new IllegalStateException("broken at close in test");
        };
        driver.device.reset();
        assertThat(driver.transport.status()).isZero();
        assertThat(driver.device.faults().defects()).isEqualTo(1);
    }

    @Test
    void a_guest_mistake_never_reaches_the_log_above_debug() {
        driver.negotiate();
        enable(0x1000, 0x2000, 0x3000);
        RecordedLogs.LINES.clear();
        driver.driverOk();
        awaitNeedsReset();

        assertThat(RecordedLogs.LINES).isNotEmpty().allSatisfy(line -> {
            assertThat(line.level()).isEqualTo(Level.DEBUG);
            assertThat(line.throwable()).isNull();
        });
    }

    @Test
    void another_device_goes_on() {
        EchoDriver other = new EchoDriver(new EchoType()).start();
        type.beforeAnswer = () -> {
            throw new IllegalStateException("broken in test");
        };
        driver.start();
        driver.add(0, 1);
        driver.transport.kick(0);
        awaitNeedsReset();

        assertThat(other.echo(0, 8)).isEqualTo(8);
        assertThat(other.needsReset()).isFalse();
    }

    @Test
    void memory_that_comes_back_elsewhere_is_used_from_the_next_access_on() {
        driver.start().echo(0, 1);
        MemoryRegion old = driver.memory.regions().get(0);
        ByteBuffer copy = ByteBuffer.allocateDirect(EchoDriver.MEMORY_SIZE);
        copy.put(0, old.windows().get(0), 0, EchoDriver.MEMORY_SIZE);
        driver.memory.replace(List.of(new MemoryRegion(old.start(), old.end(), true, List.of(copy))));

        assertThat(driver.echo(0, 2)).isEqualTo(2);
    }
}
