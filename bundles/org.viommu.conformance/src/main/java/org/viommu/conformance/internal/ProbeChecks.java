// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import static org.viommu.conformance.Level.CHOICE;
import static org.viommu.conformance.Level.MUST;
import static org.viommu.conformance.Level.SHOULD;
import static org.viommu.conformance.internal.Procedure.check;
import static org.viommu.virtio.iommu.RequestStatus.INVAL;
import static org.viommu.virtio.iommu.RequestStatus.NOENT;
import static org.viommu.virtio.iommu.RequestStatus.OK;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;
import org.viommu.conformance.Answer;
import org.viommu.conformance.Check;
import org.viommu.conformance.ReservedRange;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.ProbeLayout;
import org.viommu.virtio.iommu.PropertyLayout;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.ReservedMemoryLayout;

/** PROBE and its properties (virtio 1.4, 5.13.6.7 and 5.13.6.8). */
public final class ProbeChecks {
    private static final String SECTION = "5.13.6.7.2";
    private static final String PROPERTIES = "5.13.6.8.2";
    private static final int TAIL = RequestLayout.TAIL_SIZE;

    private ProbeChecks() {}

    /**
     * These checks.
     *
     * @return in the order of the standard
     */
    public static List<Check> all() {
        return List.of(
                check("D37", MUST, SECTION, "PROBE ignores its reserved field", ProbeChecks::reserved),
                check(
                        "D38",
                        SHOULD,
                        SECTION,
                        "PROBE of an endpoint that does not exist is answered NOENT",
                        ProbeChecks::absent),
                check(
                        "D39",
                        SHOULD,
                        SECTION,
                        "PROBE comes back unwritten if it is not offered",
                        ProbeChecks::notOffered),
                check("D40", SHOULD, SECTION, "the reserved bits of a property's type are zero", ProbeChecks::typeBits),
                check("D41", MUST, SECTION, "a property's length does not count its head", ProbeChecks::length),
                check("D42", MUST, SECTION, "the next property follows at once", ProbeChecks::next),
                check(
                        "D43",
                        SHOULD,
                        SECTION,
                        "PROBE with less room than probe_size is answered INVAL",
                        ProbeChecks::tooSmall),
                check("D44", SHOULD, SECTION, "what properties leave free is zero", ProbeChecks::zeroFilled),
                check(
                        "D45",
                        SHOULD,
                        PROPERTIES,
                        "the reserved field of RESV_MEM is zero",
                        ProbeChecks::resvMemReserved),
                check("D46", SHOULD, PROPERTIES, "an endpoint has one MSI region at most", ProbeChecks::msi),
                check("D47", SHOULD, PROPERTIES, "the regions of an endpoint do not overlap", ProbeChecks::overlap),
                check(
                        "D48",
                        SHOULD,
                        PROPERTIES,
                        "MAP that overlaps a reserved region is refused",
                        ProbeChecks::mapReserved),
                check(
                        "D49",
                        SHOULD,
                        PROPERTIES,
                        "an access to a RESERVED region reaches no memory",
                        ProbeChecks::accessReserved),
                check(
                        "C17",
                        CHOICE,
                        SECTION,
                        "PROBE with too little room has its tail at the end of the room",
                        ProbeChecks::tail));
    }

    private static String reserved(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.PROBE, "PROBE");
        ByteBuffer request = Requests.probe(guest.endpoint());
        for (int offset = ProbeLayout.RESERVED; offset < ProbeLayout.SIZE; offset++) {
            request.put(offset, (byte) 0xff);
        }
        Answer answer = guest.port().send(request.array(), guest.probeSize() + TAIL, Integer.MAX_VALUE);
        Answer plain = guest.probe(guest.endpoint());
        if (answer.status(guest.probeSize()) != OK || !answer.equals(plain)) {
            throw new Unmet("%s, and %s without the bits".formatted(answer, plain));
        }
        return answer.toString();
    }

    private static String absent(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.PROBE, "PROBE");
        Answer answer = guest.probe(guest.port().absentEndpoint());
        if (answer.status(guest.probeSize()) != NOENT) {
            throw new Unmet(answer.toString());
        }
        return answer.toString();
    }

    private static String notOffered(Guest guest) throws Unmet, NotObservable {
        if ((guest.port().offeredFeatures() & IommuFeatures.PROBE) != 0) {
            throw new NotObservable("PROBE is offered");
        }
        Answer answer = guest.port().send(Requests.probe(guest.endpoint()).array(), 600, Integer.MAX_VALUE);
        guest.expectUnwritten(answer, "PROBE");
        return answer.toString();
    }

    private static String typeBits(Guest guest) throws Unmet, NotObservable {
        for (Property property : properties(guest)) {
            if (property.head() != property.type()) {
                throw new Unmet("type field 0x%x".formatted(property.head()));
            }
        }
        return seen(guest);
    }

    private static String length(Guest guest) throws Unmet, NotObservable {
        for (Property property : properties(guest)) {
            boolean known = property.type() == PropertyLayout.RESERVED_MEMORY;
            if (known && property.value().length != ReservedMemoryLayout.LENGTH) {
                throw new Unmet("RESV_MEM of %d bytes (not %d)"
                        .formatted(property.value().length, ReservedMemoryLayout.LENGTH));
            }
        }
        return seen(guest);
    }

    private static String next(Guest guest) throws Unmet, NotObservable {
        properties(guest);
        return seen(guest);
    }

    private static String tooSmall(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.PROBE, "PROBE");
        Answer answer = cramped(guest);
        int room = guest.probeSize() - 1;
        boolean anywhere = answer.status(room - TAIL) == INVAL || answer.status(0) == INVAL;
        if (!anywhere) {
            throw new Unmet(answer.toString());
        }
        return answer.toString();
    }

    private static String tail(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.PROBE, "PROBE");
        Answer answer = cramped(guest);
        int room = guest.probeSize() - 1;
        if (answer.status(room - TAIL) != INVAL || answer.usedLength() != room) {
            throw new Unmet(answer.toString());
        }
        return answer.toString();
    }

    /** Asks with one byte less than the properties alone need. */
    private static Answer cramped(Guest guest) {
        return guest.port().send(Requests.probe(guest.endpoint()).array(), guest.probeSize() - 1, Integer.MAX_VALUE);
    }

    private static String zeroFilled(Guest guest) throws Unmet, NotObservable {
        List<Property> properties = properties(guest);
        byte[] list = guest.probe(guest.endpoint()).writable();
        for (int i = Property.length(properties); i < guest.probeSize(); i++) {
            if (list[i] != 0) {
                throw new Unmet("byte %d is 0x%02x".formatted(i, list[i]));
            }
        }
        return "%d bytes are zero".formatted(guest.probeSize() - Property.length(properties));
    }

    private static String resvMemReserved(Guest guest) throws Unmet, NotObservable {
        List<Property> regions =
                properties(guest).stream().filter(Property::reservedMemory).toList();
        if (regions.isEmpty()) {
            throw new NotObservable("nothing is reserved");
        }
        for (Property property : regions) {
            byte[] value = property.value();
            if (value[1] != 0 || value[2] != 0 || value[3] != 0) {
                throw new Unmet("bytes 5 to 7 are %d, %d, %d".formatted(value[1], value[2], value[3]));
            }
        }
        return seen(guest);
    }

    private static String msi(Guest guest) throws Unmet, NotObservable {
        for (int endpoint : probed(guest)) {
            List<ReservedRange> regions = guest.reserved(endpoint);
            if (regions.stream().filter(ReservedRange::msi).count() > 1) {
                throw new Unmet("endpoint 0x%x: %s".formatted(endpoint, regions));
            }
        }
        return seen(guest);
    }

    private static String overlap(Guest guest) throws Unmet, NotObservable {
        for (int endpoint : probed(guest)) {
            List<ReservedRange> regions = guest.reserved(endpoint);
            for (int i = 0; i < regions.size(); i++) {
                for (ReservedRange other : regions.subList(i + 1, regions.size())) {
                    if (regions.get(i).overlaps(other.start(), other.end())) {
                        throw new Unmet("endpoint 0x%x: %s and %s".formatted(endpoint, regions.get(i), other));
                    }
                }
            }
        }
        return seen(guest);
    }

    private static String mapReserved(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        for (int endpoint : probed(guest)) {
            for (ReservedRange region : guest.reserved(endpoint)) {
                int domain = guest.attached(0, endpoint);
                long start = region.start() & -guest.plan().granule();
                Answer answer = guest.map(
                        domain,
                        start,
                        start + guest.plan().unit() - 1,
                        guest.plan().physical(0),
                        Guest.READ_WRITE);
                if (answer.status(0) == null || answer.status(0) == OK) {
                    throw new Unmet("MAP over %s: %s".formatted(region, answer));
                }
                return "MAP over %s: %s".formatted(region, answer.status(0));
            }
        }
        throw new NotObservable("nothing is reserved");
    }

    private static String accessReserved(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.PROBE, "PROBE");
        int endpoint = guest.dmaEndpoint();
        for (ReservedRange region : guest.reserved(endpoint)) {
            if (!region.msi()) {
                guest.attached(0, endpoint);
                guest.expectRead(endpoint, region.start(), guest.plan().physical(0), false);
                guest.expectWrite(endpoint, region.start(), guest.plan().physical(0), false);
                return "%s: read and write are refused".formatted(region);
            }
        }
        throw new NotObservable("the endpoint has no RESERVED region");
    }

    private static List<Integer> probed(Guest guest) throws NotObservable {
        guest.needs(IommuFeatures.PROBE, "PROBE");
        return guest.port().endpoints();
    }

    private static List<Property> properties(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.PROBE, "PROBE");
        Answer answer = guest.probe(guest.endpoint());
        if (answer.status(guest.probeSize()) != OK) {
            throw new Unmet(answer.toString());
        }
        return Property.parse(answer.fields(), guest.probeSize());
    }

    private static String seen(Guest guest) throws Unmet {
        List<ReservedRange> regions = guest.reserved(guest.endpoint());
        return regions.isEmpty()
                ? "an empty list"
                : regions.stream().map(ReservedRange::toString).collect(Collectors.joining(", "));
    }
}
