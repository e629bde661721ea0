// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import java.util.List;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;

/**
 * The domains of an IOMMU at one time.
 *
 * @param domains how many there are
 * @param mappings how many mappings they have
 * @param lowest I/O virtual address of the first of them, unsigned; 0 if there is none
 * @param highest I/O virtual address of the end of the last of them (inclusive), unsigned; 0 if there is none
 */
public record MappedState(int domains, long mappings, long lowest, long highest) {
    static MappedState of(IommuStatus iommu) {
        List<IommuSnapshot.Domain> domains = iommu.snapshot().domains();
        long count = 0;
        long lowest = -1;
        long highest = 0;
        for (IommuSnapshot.Domain domain : domains) {
            List<IommuSnapshot.Mapping> page = iommu.mappings(domain.id(), 0, IommuStatus.MAX_PAGE);
            while (!page.isEmpty()) {
                count += page.size();
                lowest = Long.compareUnsigned(page.get(0).start(), lowest) < 0
                        ? page.get(0).start()
                        : lowest;
                long end = page.get(page.size() - 1).end();
                highest = Long.compareUnsigned(end, highest) > 0 ? end : highest;
                page = end == -1 ? List.of() : iommu.mappings(domain.id(), end + 1, IommuStatus.MAX_PAGE);
            }
        }
        return new MappedState(domains.size(), count, count == 0 ? 0 : lowest, highest);
    }

    /** For people. */
    @Override
    public String toString() {
        return "%d domains with %,d mappings%s"
                .formatted(domains, mappings, mappings == 0 ? "" : " between 0x%x and 0x%x".formatted(lowest, highest));
    }
}
