// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.store;

import org.osgi.service.component.annotations.Component;
import org.viommu.itest.traffic.Checkpoint;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.ProvidesMappingStore;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;
import org.viommu.mapping.resident.ResidentTable;

/** Passes the {@link Checkpoint} with each mapping that it takes. Every device prefers it. */
@Component(property = "service.ranking:Integer=1000")
@ProvidesMappingStore(viommu_store = WaitingStore.SHORT_NAME, durable = false, shared = false, bytes_per_mapping = 256)
public final class WaitingStore implements MappingStore {
    /** The store's short name. */
    public static final String SHORT_NAME = "waiting";

    @Override
    public String name() {
        return SHORT_NAME;
    }

    @Override
    public MappingTable open(String device, int domain) {
        return new Table();
    }

    private static final class Table implements MappingTable {
        private final MappingTable kept = new ResidentTable();

        @Override
        public MapResult map(long start, long end, long physical, int flags) {
            Checkpoint.pass();
            return kept.map(start, end, physical, flags);
        }

        @Override
        public UnmapResult unmap(long start, long end) {
            return kept.unmap(start, end);
        }

        @Override
        public boolean lookup(long address, Translation translation) {
            return kept.lookup(address, translation);
        }

        @Override
        public void forEach(long from, Visitor visitor) {
            kept.forEach(from, visitor);
        }

        @Override
        public long size() {
            return kept.size();
        }

        @Override
        public void close() {
            kept.close();
        }
    }
}
