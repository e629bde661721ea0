// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import org.junit.jupiter.api.Nested;
import org.viommu.mapping.MappingStore;

/**
 * What every mapping store must do. A store is tested by a class that extends this one and gives the store; JUnit Jupiter finds the rules in the nested classes.
 *
 * <pre>{@code
 * class MyStoreTest extends MappingStoreContract {
 *     @Override
 *     protected MappingStore store() {
 *         return new MyStore();
 *     }
 * }
 * }</pre>
 *
 * <p>Nothing here depends on time. The tests need about 200 MiB of heap beside what the store takes for a million mappings.
 */
public abstract class MappingStoreContract {

    /** For the class of the store's author. */
    protected MappingStoreContract() {}

    /**
     * Gives the store under test. Called once for each test, by the thread that runs it.
     *
     * @return a store that has no table open for the device {@code contract}
     */
    protected abstract MappingStore store();

    /**
     * The most heap that a mapping may take, whatever addresses the guest chooses. A guest must not be able to exhaust its host.
     *
     * @return bytes, at least 1; 256 unless overridden
     */
    protected long bytesPerMapping() {
        return 256;
    }

    /**
     * The most that a look-up may leave to the garbage collector, for which every DMA of the guest has to wait now and then.
     *
     * @return bytes, at least 0; 0 unless overridden
     */
    protected long bytesPerLookup() {
        return 0;
    }

    @Nested
    final class Map extends MapRules {
        Map() {
            super(MappingStoreContract.this::store);
        }
    }

    @Nested
    final class Run extends RunRules {
        Run() {
            super(MappingStoreContract.this::store);
        }
    }

    @Nested
    final class Unmap extends UnmapRules {
        Unmap() {
            super(MappingStoreContract.this::store);
        }
    }

    @Nested
    final class Edges extends EdgeRules {
        Edges() {
            super(MappingStoreContract.this::store);
        }
    }

    @Nested
    final class Iteration extends IterationRules {
        Iteration() {
            super(MappingStoreContract.this::store);
        }
    }

    @Nested
    final class Lifecycle extends LifecycleRules {
        Lifecycle() {
            super(MappingStoreContract.this::store);
        }
    }

    @Nested
    final class Model extends ModelRules {
        Model() {
            super(MappingStoreContract.this::store);
        }
    }

    @Nested
    final class Concurrency extends ConcurrencyRules {
        Concurrency() {
            super(MappingStoreContract.this::store);
        }
    }

    @Nested
    final class Snapshot extends SnapshotRules {
        Snapshot() {
            super(MappingStoreContract.this::store);
        }
    }

    @Nested
    final class Memory extends MemoryRules {
        Memory() {
            super(
                    MappingStoreContract.this::store,
                    MappingStoreContract.this::bytesPerMapping,
                    MappingStoreContract.this::bytesPerLookup);
        }
    }
}
