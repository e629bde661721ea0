// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import static org.viommu.virtio.iommu.RequestStatus.INVAL;
import static org.viommu.virtio.iommu.RequestStatus.NOENT;
import static org.viommu.virtio.iommu.RequestStatus.OK;
import static org.viommu.virtio.iommu.RequestStatus.RANGE;
import static org.viommu.virtio.iommu.RequestStatus.UNSUPP;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * What the standard says of an IOMMU, as plainly as can be: lists, and no thought of speed. Written from virtio 1.4,
 * 5.13.6 alone, so that it shares no mistake with a device.
 *
 * <p>A request that breaks several rules may be answered by the status of any of them, because the standard does not
 * say which comes first.
 */
public final class Oracle {
    /** An access that is refused. */
    public static final long REFUSED = -1;

    /**
     * A mapping.
     *
     * @param start first I/O virtual address, unsigned
     * @param end last I/O virtual address (inclusive), unsigned
     * @param physical guest-physical address of the first byte, unsigned
     * @param flags of {@link MapFlags}
     */
    public record Mapping(long start, long end, long physical, int flags) {
        private boolean overlaps(long first, long last) {
            return Long.compareUnsigned(start, last) <= 0 && Long.compareUnsigned(first, end) <= 0;
        }

        private boolean within(long first, long last) {
            return Long.compareUnsigned(first, start) <= 0 && Long.compareUnsigned(end, last) <= 0;
        }
    }

    private static final class Domain {
        final boolean bypass;
        final List<Mapping> mappings = new ArrayList<>();

        Domain(boolean bypass) {
            this.bypass = bypass;
        }
    }

    private final Limits limits;
    private final Map<Integer, Domain> domains = new HashMap<>();
    private final Map<Integer, Integer> attachments = new HashMap<>();
    private boolean bypass;

    /**
     * Begins without domains.
     *
     * @param limits of the device
     * @param bypass the global bypass
     */
    public Oracle(Limits limits, boolean bypass) {
        this.limits = limits;
        this.bypass = bypass;
    }

    /**
     * The statuses that a request may be answered with now.
     *
     * @param request any request
     * @return at least one; OK alone if nothing is wrong with it
     */
    public Set<RequestStatus> answers(Operation request) {
        Set<RequestStatus> wrong = EnumSet.noneOf(RequestStatus.class);
        if (request instanceof Operation.Attach attach) {
            judge(attach, wrong);
        } else if (request instanceof Operation.Detach detach) {
            judge(detach, wrong);
        } else if (request instanceof Operation.Map map) {
            judge(map, wrong);
        } else if (request instanceof Operation.Unmap unmap) {
            judge(unmap, wrong);
        }
        return wrong.isEmpty() ? EnumSet.of(OK) : wrong;
    }

    /**
     * Does what a request asks.
     *
     * @param request one that may be answered OK
     */
    public void apply(Operation request) {
        if (request instanceof Operation.Attach attach) {
            attach(attach);
        } else if (request instanceof Operation.Detach detach) {
            detach(detach.endpoint());
        } else if (request instanceof Operation.Map map) {
            Mapping added = new Mapping(map.start(), map.end(), map.physical(), map.flags());
            domains.get(map.domain()).mappings.add(added);
        } else if (request instanceof Operation.Unmap unmap) {
            domains.get(unmap.domain()).mappings.removeIf(mapping -> mapping.overlaps(unmap.start(), unmap.end()));
        } else if (request instanceof Operation.Bypass write) {
            bypass = write.value();
        }
    }

    /**
     * Where an access may end.
     *
     * @param access of an endpoint that exists, not to an MSI region
     * @return guest-physical addresses, or {@link #REFUSED}; both if the standard leaves the choice
     */
    public Set<Long> reaches(Operation.Access access) {
        long address = access.address();
        if (limits.reserved().get(access.endpoint()).stream().anyMatch(range -> range.overlaps(address, address))) {
            return Set.of(REFUSED);
        }
        Integer id = attachments.get(access.endpoint());
        if (id == null) {
            return Set.of(bypass ? address : REFUSED);
        }
        if (domains.get(id).bypass) {
            return Set.of(address);
        }
        Set<Long> places = new HashSet<>();
        for (Mapping mapping : domains.get(id).mappings) {
            if (mapping.overlaps(address, address)) {
                boolean allowed = (mapping.flags() & (access.write() ? MapFlags.WRITE : MapFlags.READ)) != 0;
                boolean choice = !access.write() && (mapping.flags() & MapFlags.WRITE) != 0;
                if (allowed || choice) {
                    places.add(address - mapping.start() + mapping.physical());
                }
                if (!allowed) {
                    places.add(REFUSED);
                }
            }
        }
        return places.isEmpty() ? Set.of(REFUSED) : places;
    }

    /**
     * The mappings of a domain.
     *
     * @param domain domain ID
     * @return in ascending order; empty if there is no such domain
     */
    public List<Mapping> mappings(int domain) {
        Domain found = domains.get(domain);
        return found == null
                ? List.of()
                : found.mappings.stream()
                        .sorted(Comparator.comparing(Mapping::start, Long::compareUnsigned))
                        .toList();
    }

    private void judge(Operation.Attach attach, Set<RequestStatus> wrong) {
        List<ReservedRange> reserved = limits.reserved().get(attach.endpoint());
        Domain domain = domains.get(attach.domain());
        if (reserved == null) {
            wrong.add(NOENT);
        }
        if (Integer.compareUnsigned(attach.domain(), limits.domainStart()) < 0
                || Integer.compareUnsigned(attach.domain(), limits.domainEnd()) > 0) {
            wrong.addAll(List.of(RANGE, INVAL));
        }
        if (domain != null && domain.bypass != attach.bypass()) {
            wrong.add(INVAL);
        }
        if (domain != null && reserved != null && domain.mappings.stream().anyMatch(mapping -> in(reserved, mapping))) {
            wrong.add(UNSUPP);
        }
    }

    private void judge(Operation.Detach detach, Set<RequestStatus> wrong) {
        if (!limits.reserved().containsKey(detach.endpoint())) {
            wrong.add(NOENT);
        } else if (!Integer.valueOf(detach.domain()).equals(attachments.get(detach.endpoint()))) {
            wrong.add(INVAL);
        }
    }

    private void judge(Operation.Map map, Set<RequestStatus> wrong) {
        Domain domain = domains.get(map.domain());
        Mapping added = new Mapping(map.start(), map.end(), map.physical(), map.flags());
        if (Long.compareUnsigned(map.end(), map.start()) < 0) {
            wrong.addAll(List.of(INVAL, RANGE));
        }
        if (Long.remainderUnsigned(map.start(), limits.granule()) != 0
                || Long.remainderUnsigned(map.end() + 1, limits.granule()) != 0
                || Long.remainderUnsigned(map.physical(), limits.granule()) != 0) {
            wrong.add(RANGE);
        }
        if (!added.within(limits.inputStart(), limits.inputEnd())) {
            wrong.addAll(List.of(RANGE, INVAL));
        }
        if (Long.compareUnsigned(map.physical() + (map.end() - map.start()), map.physical()) < 0) {
            wrong.addAll(List.of(RANGE, INVAL));
        }
        if (domain == null) {
            wrong.add(NOENT);
        } else if (domain.bypass
                || domain.mappings.stream().anyMatch(mapping -> mapping.overlaps(map.start(), map.end()))
                || members(map.domain()).stream()
                        .anyMatch(endpoint -> in(limits.reserved().get(endpoint), added))) {
            wrong.add(INVAL);
        }
    }

    private void judge(Operation.Unmap unmap, Set<RequestStatus> wrong) {
        Domain domain = domains.get(unmap.domain());
        if (Long.compareUnsigned(unmap.end(), unmap.start()) < 0) {
            wrong.addAll(List.of(INVAL, RANGE));
        }
        if (domain == null) {
            wrong.add(NOENT);
        } else if (domain.bypass) {
            wrong.add(INVAL);
        } else if (domain.mappings.stream()
                .filter(mapping -> mapping.overlaps(unmap.start(), unmap.end()))
                .anyMatch(mapping -> !mapping.within(unmap.start(), unmap.end()))) {
            wrong.add(RANGE);
        }
    }

    private void attach(Operation.Attach attach) {
        Integer present = attachments.get(attach.endpoint());
        if (present != null && present != attach.domain()) {
            detach(attach.endpoint());
        }
        domains.putIfAbsent(attach.domain(), new Domain(attach.bypass()));
        attachments.put(attach.endpoint(), attach.domain());
    }

    private void detach(int endpoint) {
        Integer domain = attachments.remove(endpoint);
        if (!attachments.containsValue(domain)) {
            domains.remove(domain);
        }
    }

    private List<Integer> members(int domain) {
        return attachments.keySet().stream()
                .filter(endpoint -> attachments.get(endpoint) == domain)
                .toList();
    }

    private static boolean in(List<ReservedRange> reserved, Mapping mapping) {
        return reserved.stream().anyMatch(range -> range.overlaps(mapping.start(), mapping.end()));
    }
}
