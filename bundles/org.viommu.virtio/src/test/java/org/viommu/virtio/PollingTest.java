// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;

/** A device that polls, with a driver that kicks only when it is asked to. */
@Timeout(300)
class PollingTest {
    private static final long ALWAYS = TimeUnit.SECONDS.toNanos(1);
    private static final int ROUNDS = 3_000;

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.EVENT_IDX, RingFeatures.PACKED, RingFeatures.PACKED | RingFeatures.EVENT_IDX})
    void no_buffer_is_forgotten_whether_the_device_watches_or_sleeps(long features) throws RingFault {
        // The shortest limit: the watch is over in the middle of many of the pauses below.
        EchoType type = new EchoType(features, Watch.SHORTEST_NANOS);
        EchoDriver driver = new EchoDriver(type).start();
        for (int i = 0; i < ROUNDS; i++) {
            LockSupport.parkNanos(i % 7 * 1_000L);
            assertThat(echo(driver, i)).isEqualTo(i);
        }
        driver.transport.setStatus(0);
    }

    @Test
    void a_driver_need_not_kick_a_device_that_watches() throws RingFault {
        EchoDriver driver = new EchoDriver(new EchoType(RingFeatures.EVENT_IDX, ALWAYS)).start();
        int round = 0;
        // One processor is none to spare: nobody watches then.
        for (boolean kicked = Runtime.getRuntime().availableProcessors() > 1; kicked; round++) {
            driver.add(0, round);
            kicked = driver.queues[0].kickWanted();
            if (kicked) {
                driver.transport.kick(0);
            }
            await(driver, round);
        }
        driver.transport.setStatus(0);
    }

    @Test
    void a_device_that_watches_is_reset_and_works_again() throws RingFault {
        EchoDriver driver = new EchoDriver(new EchoType(RingFeatures.EVENT_IDX, ALWAYS));
        for (int i = 0; i < 50; i++) {
            driver.start();
            assertThat(echo(driver, 1)).isEqualTo(1);
            assertThat(echo(driver, 2)).isEqualTo(2);
        }
        driver.transport.setStatus(0);
    }

    @Test
    void what_comes_while_the_device_is_paused_is_served_when_it_goes_on() throws RingFault {
        EchoDriver driver = new EchoDriver(new EchoType(RingFeatures.EVENT_IDX, ALWAYS)).start();
        for (int i = 0; i < 200; i++) {
            assertThat(echo(driver, i)).isEqualTo(i);
            driver.device.pause();
            driver.add(0, i + 1);
            assertThat(driver.poll(0)).isEqualTo(-1);
            driver.device.resume();
            await(driver, i + 1);
        }
        driver.transport.setStatus(0);
    }

    @Test
    void a_ring_that_breaks_while_it_is_watched_makes_the_device_need_a_reset() throws Exception {
        EchoDriver driver = new EchoDriver(new EchoType(RingFeatures.EVENT_IDX, ALWAYS)).start();
        assertThat(echo(driver, 1)).isEqualTo(1);
        assertThat(echo(driver, 2)).isEqualTo(2);
        driver.access.putShort(EchoDriver.addresses(0).driverArea() + 2, (short) 0x4000);
        driver.transport.kick(0);
        Await.until("NEEDS_RESET", driver::needsReset);
        driver.transport.setStatus(0);
    }

    private static int echo(EchoDriver driver, int value) throws RingFault {
        driver.add(0, value);
        if (driver.queues[0].kickWanted()) {
            driver.transport.kick(0);
        }
        return await(driver, value);
    }

    private static int await(EchoDriver driver, int value) {
        int answer = driver.poll(0);
        while (answer == -1) {
            Thread.onSpinWait();
            answer = driver.poll(0);
        }
        assertThat(answer).isEqualTo(value);
        return answer;
    }
}
