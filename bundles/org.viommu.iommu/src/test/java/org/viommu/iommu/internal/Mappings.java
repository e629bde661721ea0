// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.List;
import org.viommu.conformance.Oracle;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;

/** The mappings of a domain, read page by page. */
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

    /** What a saved domain holds. */
    static List<IommuSnapshot.Mapping> of(SavedDomain domain) {
        List<IommuSnapshot.Mapping> all = new ArrayList<>();
        long[] fields = domain.mappings();
        for (int at = 0; at < fields.length; at += SavedDomain.FIELDS) {
            all.add(new IommuSnapshot.Mapping(fields[at], fields[at + 1], fields[at + 2], (int) fields[at + 3]));
        }
        return all;
    }

    /** What a domain should hold. */
    static List<IommuSnapshot.Mapping> of(Oracle oracle, int domain) {
        return oracle.mappings(domain).stream()
                .map(mapping ->
                        new IommuSnapshot.Mapping(mapping.start(), mapping.end(), mapping.physical(), mapping.flags()))
                .toList();
    }
}
