// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InboxTest {
    @Test
    void changes_that_a_copy_has_keep_nobody_waiting() throws Exception {
        Inbox inbox = new Inbox(Duration.ZERO);
        DeviceLog log = new DeviceLog("vm/iommu0", null);
        Changes changes = new Changes(log);
        inbox.fail();
        inbox.catchUp();
        inbox.hand(changes);
        inbox.discard(log);
        inbox.promise();
        CompletableFuture.runAsync(changes::await).get(1, TimeUnit.MINUTES);
    }
}
