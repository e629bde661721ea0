// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.shell.internal.Devices.Part;

/**
 * How often something has happened.
 *
 * @param what happened
 * @param detail of it; {@code -} if it has none
 * @param count at least 0
 */
public record Count(String what, String detail, long count) {

    static List<Column<Part<Count>>> columns(String what, String detail) {
        return List.of(
                new Column<>("device", Part::device),
                new Column<>(what, it -> it.value().what()),
                new Column<>(detail, it -> it.value().detail()),
                new Column<>("count", it -> it.value().count()));
    }

    static List<Count> requests(IommuSnapshot snapshot) {
        IommuSnapshot.Requests requests = snapshot.requests();
        List<Count> counts = new ArrayList<>();
        requests.answered().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(type -> type.getValue().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .forEach(status -> counts.add(
                                new Count(type.getKey().name(), status.getKey().name(), status.getValue()))));
        counts.add(new Count("unparseable", "-", requests.unparseable()));
        counts.add(new Count("unknown", "-", requests.unknown()));
        return counts;
    }

    static List<Count> faults(IommuSnapshot snapshot) {
        IommuSnapshot.Faults faults = snapshot.faults();
        List<Count> counts = new ArrayList<>();
        faults.refused().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(reason ->
                        counts.add(new Count("refused", reason.getKey().name(), reason.getValue())));
        counts.add(new Count("reported", "-", faults.reported()));
        counts.add(new Count("coalesced", "-", faults.coalesced()));
        counts.add(new Count("dropped", "-", faults.dropped()));
        counts.add(new Count("waiting", "-", faults.waiting()));
        return counts;
    }
}
