// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.ArrayList;
import java.util.List;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;

/** Reads the mappings of a domain page by page. */
record Pages(IommuStatus status, int domain) {

    /**
     * The mappings that touch a range.
     *
     * @param first address, unsigned
     * @param last address (inclusive), unsigned
     * @param limit how many at most
     */
    List<IommuSnapshot.Mapping> list(long first, long last, int limit) {
        List<IommuSnapshot.Mapping> found = new ArrayList<>();
        long from = first;
        while (found.size() < limit) {
            int size = Math.min(IommuStatus.MAX_PAGE, limit - found.size());
            List<IommuSnapshot.Mapping> page = status.mappings(domain, from, size);
            page.stream()
                    .filter(mapping -> Long.compareUnsigned(mapping.start(), last) <= 0)
                    .forEach(found::add);
            from = page.isEmpty() ? 0 : page.get(page.size() - 1).end() + 1;
            if (from == 0 || Long.compareUnsigned(from, last) > 0) {
                break;
            }
        }
        return found;
    }
}
