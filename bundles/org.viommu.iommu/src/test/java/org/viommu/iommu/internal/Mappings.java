// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.List;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;

/** Reads the mappings of a domain page by page. */
final class Mappings {
    private Mappings() {}

    static List<IommuSnapshot.Mapping> all(IommuStatus status, int domain) {
        List<IommuSnapshot.Mapping> all = new ArrayList<>();
        List<IommuSnapshot.Mapping> page = status.mappings(domain, 0, IommuStatus.MAX_PAGE);
        while (!page.isEmpty()) {
            all.addAll(page);
            long next = page.get(page.size() - 1).end() + 1;
            page = next == 0 ? List.of() : status.mappings(domain, next, IommuStatus.MAX_PAGE);
        }
        return all;
    }
}
