// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A device on paper.
 *
 * @param fingerprint of its configuration
 * @param bypass the global bypass
 * @param domains in ascending order of their unsigned IDs
 * @param faults reports that wait for the driver's buffers, two numbers each, as in {@link FaultRing}
 */
record SavedDevice(Fingerprint fingerprint, boolean bypass, List<SavedDomain> domains, long[] faults) {
    /** Writes a device down. Called by the writer, while nobody serves requests. */
    static SavedDevice of(
            IommuSettings settings, IommuConfigSpace config, AddressSpaces spaces, Endpoints endpoints, Faults faults) {
        List<Integer> attached = new ArrayList<>();
        List<SavedDomain> domains = new ArrayList<>();
        spaces.forEach(domain -> {
            List<Integer> members = members(domain, endpoints);
            attached.addAll(members);
            domains.add(new SavedDomain(domain.id(), domain.bypass(), members, mappings(domain)));
        });
        domains.sort(Comparator.comparing(SavedDomain::id, Integer::compareUnsigned));
        return new SavedDevice(
                Fingerprint.of(settings, endpoints, attached), config.bypass(), domains, faults.waiting());
    }

    /** The endpoints that are attached to a domain. */
    List<Integer> attached() {
        return domains.stream().flatMap(domain -> domain.endpoints().stream()).toList();
    }

    private static List<Integer> members(Domain domain, Endpoints endpoints) {
        List<Integer> members = new ArrayList<>();
        endpoints.forEach(endpoint -> {
            if (endpoint.view().domain() == domain) {
                members.add(endpoint.id());
            }
        });
        members.sort(Integer::compareUnsigned);
        return members;
    }

    private static long[] mappings(Domain domain) {
        if (domain.bypass()) {
            return new long[0];
        }
        long[] fields = new long[Math.toIntExact(domain.table().size() * SavedDomain.FIELDS)];
        int[] at = new int[1];
        domain.table().forEach(0, (start, end, physical, flags) -> {
            fields[at[0]++] = start;
            fields[at[0]++] = end;
            fields[at[0]++] = physical;
            fields[at[0]++] = flags;
            return true;
        });
        return Arrays.copyOf(fields, at[0]);
    }
}
