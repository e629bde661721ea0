// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.mvstore.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.recording.BackedStore;
import org.viommu.testkit.MappingStoreContract;

/** The durable store is a mapping store like any other. */
class FileStoreTest extends MappingStoreContract {
    private final List<BackedStore> open = new ArrayList<>();

    @TempDir
    Path folder;

    @Override
    protected MappingStore store() {
        try {
            Path file = folder.resolve("store" + open.size());
            open.add(BackedStore.open("mvstore", new FileMedium(file, false), Duration.ZERO));
            return open.get(open.size() - 1);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected long bytesPerMapping() {
        return 160;
    }

    @AfterEach
    void close() {
        open.forEach(BackedStore::close);
    }
}
