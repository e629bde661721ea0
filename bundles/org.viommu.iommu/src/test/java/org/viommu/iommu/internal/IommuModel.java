// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.viommu.iommu.IommuSnapshot.Mapping;
import org.viommu.topology.ReservedRegion;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * What the standard says of an IOMMU, as plainly as can be: lists, and no thought of speed. All endpoints have one
 * reserved region.
 */
final class IommuModel {
    private static final class Domain {
        final boolean bypass;
        final List<Mapping> mappings = new ArrayList<>();

        Domain(boolean bypass) {
            this.bypass = bypass;
        }
    }

    private final long granule;
    private final int firstEndpoint;
    private final int lastEndpoint;
    private final ReservedRegion reserved;
    private final Map<Integer, Domain> domains = new HashMap<>();
    private final Map<Integer, Integer> attachments = new HashMap<>();
    private boolean bypass = true;

    IommuModel(long granule, int firstEndpoint, int lastEndpoint, ReservedRegion reserved) {
        this.granule = granule;
        this.firstEndpoint = firstEndpoint;
        this.lastEndpoint = lastEndpoint;
        this.reserved = reserved;
    }

    void bypass(boolean value) {
        bypass = value;
    }

    RequestStatus attach(int id, int endpoint, boolean asBypass) {
        if (endpoint < firstEndpoint || endpoint > lastEndpoint) {
            return RequestStatus.NOENT;
        }
        if (domains.containsKey(id) && domains.get(id).bypass != asBypass) {
            return RequestStatus.INVAL;
        }
        Integer present = attachments.get(endpoint);
        if (present != null && present != id) {
            detach(present, endpoint);
        }
        domains.putIfAbsent(id, new Domain(asBypass));
        attachments.put(endpoint, id);
        return RequestStatus.OK;
    }

    RequestStatus detach(int id, int endpoint) {
        if (endpoint < firstEndpoint || endpoint > lastEndpoint) {
            return RequestStatus.NOENT;
        }
        if (!Integer.valueOf(id).equals(attachments.get(endpoint))) {
            return RequestStatus.INVAL;
        }
        attachments.remove(endpoint);
        if (!attachments.containsValue(id)) {
            domains.remove(id);
        }
        return RequestStatus.OK;
    }

    RequestStatus map(int id, long start, long end, long physical, int flags) {
        if (Long.compareUnsigned(end, start) < 0) {
            return RequestStatus.INVAL;
        }
        boolean aligned = start % granule == 0 && (end + 1) % granule == 0 && physical % granule == 0;
        if (!aligned || Long.compareUnsigned(physical + (end - start), physical) < 0) {
            return RequestStatus.RANGE;
        }
        Domain domain = domains.get(id);
        if (domain == null) {
            return RequestStatus.NOENT;
        }
        Mapping added = new Mapping(start, end, physical, flags);
        if (domain.bypass
                || overlap(added, new Mapping(reserved.start(), reserved.end(), 0, 0))
                || domain.mappings.stream().anyMatch(mapping -> overlap(mapping, added))) {
            return RequestStatus.INVAL;
        }
        domain.mappings.add(added);
        return RequestStatus.OK;
    }

    RequestStatus unmap(int id, long start, long end) {
        if (Long.compareUnsigned(end, start) < 0) {
            return RequestStatus.INVAL;
        }
        Domain domain = domains.get(id);
        if (domain == null) {
            return RequestStatus.NOENT;
        }
        if (domain.bypass) {
            return RequestStatus.INVAL;
        }
        Mapping range = new Mapping(start, end, 0, 0);
        List<Mapping> affected = domain.mappings.stream()
                .filter(mapping -> overlap(mapping, range))
                .toList();
        boolean whole = affected.stream()
                .allMatch(mapping -> Long.compareUnsigned(mapping.start(), start) >= 0
                        && Long.compareUnsigned(mapping.end(), end) <= 0);
        if (!whole) {
            return RequestStatus.RANGE;
        }
        domain.mappings.removeAll(affected);
        return RequestStatus.OK;
    }

    /** The mappings of a domain in ascending order. */
    List<Mapping> mappings(int id) {
        Domain domain = domains.get(id);
        return domain == null
                ? List.of()
                : domain.mappings.stream()
                        .sorted(Comparator.comparing(Mapping::start, Long::compareUnsigned))
                        .toList();
    }

    /** The guest-physical address that an access of a known endpoint reaches, or -1 if it is refused. */
    long translate(int endpoint, long address, boolean write) {
        Mapping one = new Mapping(address, address, 0, 0);
        if (overlap(one, new Mapping(reserved.start(), reserved.end(), 0, 0))) {
            return -1;
        }
        Integer id = attachments.get(endpoint);
        if (id == null) {
            return bypass ? address : -1;
        }
        if (domains.get(id).bypass) {
            return address;
        }
        int needed = write ? MapFlags.WRITE : MapFlags.READ;
        return domains.get(id).mappings.stream()
                .filter(mapping -> overlap(mapping, one) && (mapping.flags() & needed) != 0)
                .mapToLong(mapping -> address - mapping.start() + mapping.physical())
                .findFirst()
                .orElse(-1);
    }

    private static boolean overlap(Mapping left, Mapping right) {
        return Long.compareUnsigned(left.end(), right.start()) >= 0
                && Long.compareUnsigned(right.end(), left.start()) >= 0;
    }
}
