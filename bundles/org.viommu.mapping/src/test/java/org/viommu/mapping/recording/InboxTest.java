// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InboxTest {
    private static final Duration FOR_EVER = Duration.ofDays(1);
    private static final long MINUTES = 5;

    private final DeviceLog log = new DeviceLog("vm/iommu0", null);

    @Test
    void changes_that_a_copy_has_keep_nobody_waiting() throws Exception {
        Inbox inbox = new Inbox(Duration.ZERO);
        Changes changes = new Changes(log);
        inbox.fail();
        inbox.catchUp();
        inbox.hand(changes);
        inbox.discard(log);
        inbox.promise();
        done(changes::await);
    }

    @Test
    void a_delay_keeps_nobody_waiting_however_small_the_batches_are() throws Exception {
        Inbox inbox = new Inbox(FOR_EVER);
        done(() -> {
            for (int batch = 0; batch < Inbox.MAX_WAITING; batch++) {
                inbox.hand(changes(1));
            }
        });
        assertThat(inbox.take()).hasSize(Inbox.MAX_WAITING);
    }

    @Test
    void a_delay_ends_when_much_is_waiting() throws Exception {
        Inbox inbox = new Inbox(FOR_EVER);
        CompletableFuture<Boolean> writer = CompletableFuture.supplyAsync(() -> inbox.await(() -> {}));
        inbox.hand(changes(Inbox.MAX_WAITING - 1));
        inbox.hand(changes(1));
        assertThat(writer.get(MINUTES, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void who_hands_over_faster_than_the_medium_writes_waits_for_it() throws Exception {
        Inbox inbox = new Inbox(Duration.ZERO);
        inbox.hand(changes(Inbox.MAX_WAITING));
        Thread guest = new Thread(() -> inbox.hand(changes(1)));
        guest.start();
        while (guest.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(inbox.take()).hasSize(1);
        guest.join(TimeUnit.MINUTES.toMillis(MINUTES));
        assertThat(inbox.take()).hasSize(1);
    }

    private Changes changes(int count) {
        Changes changes = new Changes(log);
        for (int i = 0; i < count; i++) {
            changes.unmapped(1, i, i);
        }
        return changes;
    }

    private static void done(Runnable work) throws Exception {
        CompletableFuture.runAsync(work).get(MINUTES, TimeUnit.MINUTES);
    }
}
