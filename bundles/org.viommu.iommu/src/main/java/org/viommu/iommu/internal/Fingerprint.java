// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.viommu.topology.ReservedRegion;

/**
 * All of a device's configuration that its driver has seen or relies on: a device with another fingerprint cannot go on
 * for it.
 *
 * @param values by names as operators know them, those of configuration keys where there is one
 */
record Fingerprint(SortedMap<String, String> values) {
    private static final String ABSENT = "absent";

    Fingerprint {
        values = new TreeMap<>(values);
    }

    /**
     * Describes a device.
     *
     * @param settings of the device
     * @param endpoints behind it
     * @param ids of the endpoints whose reserved regions count
     */
    static Fingerprint of(IommuSettings settings, Endpoints endpoints, List<Integer> ids) {
        Protocol protocol = settings.protocol();
        SortedMap<String, String> values = new TreeMap<>(Map.of(
                "granule", "0x" + Long.toHexString(settings.granule()),
                "aw-bits", Integer.toString(Long.SIZE - Long.numberOfLeadingZeros(settings.inputEnd())),
                "domain-bits", Integer.toString(Integer.SIZE - Integer.numberOfLeadingZeros(protocol.domainEnd())),
                "dialect", protocol.dialect().key(),
                "compat", protocol.compatibility().key(),
                "legacy-bypass", Boolean.toString(protocol.legacyBypass())));
        for (int id : ids) {
            values.put("endpoint 0x" + Integer.toHexString(id), describe(endpoints.reserved(id)));
        }
        return new Fingerprint(values);
    }

    private static String describe(ReservedRegions reserved) {
        if (reserved == null) {
            return ABSENT;
        }
        return reserved.regions().stream()
                .map(Fingerprint::describe)
                .collect(Collectors.joining(", ", "reserved [", "]"));
    }

    private static String describe(ReservedRegion region) {
        return "%s 0x%x-0x%x".formatted(region.kind(), region.start(), region.end());
    }

    /** What is not the same here as there, one name with both values each. */
    List<String> differences(Fingerprint here) {
        TreeSet<String> names = new TreeSet<>(values.keySet());
        names.addAll(here.values.keySet());
        List<String> differences = new ArrayList<>();
        for (String name : names) {
            String was = values.getOrDefault(name, ABSENT);
            String is = here.values.getOrDefault(name, ABSENT);
            if (!was.equals(is)) {
                differences.add("%s was %s, is %s".formatted(name, was, is));
            }
        }
        return differences;
    }
}
