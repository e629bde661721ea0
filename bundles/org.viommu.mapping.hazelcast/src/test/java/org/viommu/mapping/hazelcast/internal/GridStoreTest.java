// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.recording.BackedStore;
import org.viommu.testkit.MappingStoreContract;

/** The shared store is a mapping store like any other; here in a cluster of one. */
class GridStoreTest extends MappingStoreContract {
    private static GridMedium medium;
    private static BackedStore store;

    @BeforeAll
    static void join() throws IOException {
        medium = new GridMedium(new Membership("kit", "127.0.0.1", 15_700, "", List.of(), 1, 1, 10));
        store = BackedStore.open("hazelcast", medium, Duration.ZERO);
    }

    @AfterAll
    static void leave() {
        store.close();
        medium.leave();
    }

    @Override
    protected MappingStore store() {
        return store;
    }

    /** A cluster of one holds the shared copy in the same heap. */
    @Override
    protected long bytesPerMapping() {
        return 144;
    }
}
