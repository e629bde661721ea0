// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Services in the order in which the framework prefers them: by descending {@code service.ranking}, then by ascending
 * {@code service.id}. Not thread-safe.
 */
final class RankedServices<S> {
    private record Entry<S>(S service, int ranking, long id) {}

    private static final Comparator<Entry<?>> PREFERRED_FIRST =
            Comparator.<Entry<?>>comparingInt(Entry::ranking).reversed().thenComparingLong(Entry::id);

    private final List<Entry<S>> entries = new ArrayList<>();

    /** Adds a service, or takes note that its properties have changed. */
    void put(S service, Map<String, ?> properties) {
        remove(service);
        int ranking = properties.get("service.ranking") instanceof Integer number ? number : 0;
        long id = properties.get("service.id") instanceof Long number ? number : 0;
        entries.add(new Entry<>(service, ranking, id));
        entries.sort(PREFERRED_FIRST);
    }

    void remove(S service) {
        entries.removeIf(entry -> entry.service() == service);
    }

    /** The services, the preferred one first. */
    List<S> list() {
        return entries.stream().map(Entry::service).toList();
    }
}
