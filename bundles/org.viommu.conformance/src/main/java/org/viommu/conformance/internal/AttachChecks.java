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
import static org.viommu.virtio.iommu.RequestStatus.RANGE;
import static org.viommu.virtio.iommu.RequestStatus.UNSUPP;

import java.util.List;
import org.viommu.conformance.Answer;
import org.viommu.conformance.Check;
import org.viommu.conformance.ReservedRange;
import org.viommu.virtio.iommu.AttachLayout;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;

/** ATTACH (virtio 1.4, 5.13.6.3). */
public final class AttachChecks {
    private static final String SECTION = "5.13.6.3.2";

    private AttachChecks() {}

    /**
     * These checks.
     *
     * @return in the order of the standard
     */
    public static List<Check> all() {
        return List.of(
                check(
                        "D14",
                        MUST,
                        SECTION,
                        "ATTACH with a reserved field that is not zero is answered INVAL",
                        AttachChecks::reserved),
                check("D15", MUST, SECTION, "ATTACH with an unknown flag is answered INVAL", AttachChecks::unknownFlag),
                check(
                        "D16",
                        MUST,
                        SECTION,
                        "ATTACH of an endpoint that does not exist is answered NOENT",
                        AttachChecks::absent),
                check(
                        "D17",
                        MUST,
                        SECTION,
                        "ATTACH to an occupied domain is done, or answered UNSUPP",
                        AttachChecks::occupied),
                check(
                        "D19",
                        SHOULD,
                        SECTION,
                        "ATTACH of an endpoint that is attached elsewhere moves it",
                        AttachChecks::move),
                check(
                        "D20",
                        SHOULD,
                        SECTION,
                        "ATTACH where a reserved region is mapped is answered UNSUPP",
                        AttachChecks::incompatible),
                check("D21", MUST, SECTION, "an ATTACH that is answered OK takes effect", AttachChecks::effect),
                check("D57", MUST, "5.13.6.4", "a domain ends with its last endpoint", AttachChecks::lastEndpoint),
                check(
                        "C5",
                        CHOICE,
                        SECTION,
                        "ATTACH to the endpoint's own domain keeps the mappings",
                        AttachChecks::again),
                check(
                        "C6",
                        CHOICE,
                        SECTION,
                        "an ATTACH that is refused leaves the endpoint where it was",
                        AttachChecks::refused),
                check(
                        "C7",
                        CHOICE,
                        SECTION,
                        "a domain outside of domain_range is answered RANGE",
                        AttachChecks::domainRange));
    }

    private static String reserved(Guest guest) throws Unmet {
        for (int offset = 0; offset < Integer.BYTES; offset++) {
            Answer answer = guest.send(Requests.attach(guest.domain(0), guest.endpoint(), 0)
                    .put(AttachLayout.RESERVED + offset, (byte) 1));
            guest.expect(INVAL, answer, "ATTACH with reserved byte %d set".formatted(offset));
        }
        return "INVAL for each of the bytes";
    }

    private static String unknownFlag(Guest guest) throws Unmet {
        for (int bit = 1; bit < Integer.SIZE; bit++) {
            Answer answer = guest.attach(guest.domain(0), guest.endpoint(), 1 << bit);
            guest.expect(INVAL, answer, "ATTACH with flag 0x%x".formatted(1 << bit));
        }
        return "INVAL for each of the bits 1 to 31";
    }

    private static String absent(Guest guest) throws Unmet {
        return guest.expect(NOENT, guest.attach(guest.domain(0), guest.port().absentEndpoint(), 0), "ATTACH");
    }

    private static String occupied(Guest guest) throws Unmet, NotObservable {
        int domain = guest.attached(0, guest.endpoint());
        return guest.expect(OK, UNSUPP, guest.attach(domain, guest.otherEndpoint(), 0), "ATTACH of a second endpoint");
    }

    private static String move(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int first = guest.attached(0, guest.endpoint());
        int second = guest.domain(1);
        String seen = guest.expect(OK, guest.attach(second, guest.endpoint(), 0), "ATTACH to another domain");
        guest.expect(NOENT, guest.unmapped(first, 0, 0), "UNMAP in the domain that was left");
        guest.expect(OK, guest.unmapped(second, 0, 0), "UNMAP in the domain that was joined");
        return seen;
    }

    private static String incompatible(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP | IommuFeatures.PROBE, "MAP_UNMAP or PROBE");
        for (int endpoint : guest.port().endpoints()) {
            for (int other : guest.port().endpoints()) {
                for (ReservedRange region : guest.reserved(other)) {
                    long end = region.start() + guest.plan().granule() - 1;
                    boolean own = guest.reserved(endpoint).stream()
                            .anyMatch(present -> present.overlaps(region.start(), end));
                    if (!own) {
                        return incompatible(guest, endpoint, other, region.start(), end);
                    }
                }
            }
        }
        throw new NotObservable("all endpoints have the same reserved regions");
    }

    private static String incompatible(Guest guest, int endpoint, int other, long start, long end) throws Unmet {
        int domain = guest.attached(0, endpoint);
        guest.expect(
                OK, guest.map(domain, start, end, guest.plan().physical(0), Guest.READ_WRITE), "MAP where it is free");
        return guest.expect(
                UNSUPP, guest.attach(domain, other, 0), "ATTACH where 0x%x is mapped and reserved".formatted(start));
    }

    private static String effect(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int endpoint = guest.dmaEndpoint();
        int domain = guest.attached(0, endpoint);
        guest.mapped(domain, 3, 4, Guest.READ_WRITE);
        guest.expectRead(endpoint, guest.plan().page(3) + 8, guest.plan().physical(3) + 8, true);
        guest.expectWrite(endpoint, guest.plan().page(4) + 16, guest.plan().physical(4) + 16, true);
        return "accesses are translated by the domain's mappings";
    }

    private static String lastEndpoint(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int domain = guest.attached(0, guest.endpoint());
        guest.mapped(domain, 0, 0, Guest.READ_WRITE);
        guest.expect(OK, guest.detach(domain, guest.endpoint()), "DETACH");
        guest.expect(NOENT, guest.unmapped(domain, 0, 0), "UNMAP in the domain");
        guest.attached(0, guest.endpoint());
        guest.expectMapped(domain, 0, false);
        return "NOENT; a new domain of the same ID is empty";
    }

    private static String again(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int domain = guest.attached(0, guest.endpoint());
        guest.mapped(domain, 0, 0, Guest.READ_WRITE);
        String seen = guest.expect(OK, guest.attach(domain, guest.endpoint(), 0), "ATTACH again");
        guest.expectMapped(domain, 0, true);
        return seen;
    }

    private static String refused(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP | IommuFeatures.BYPASS_CONFIG, "MAP_UNMAP or BYPASS_CONFIG");
        int domain = guest.attached(0, guest.endpoint());
        guest.attached(1, guest.otherEndpoint());
        guest.mapped(domain, 0, 0, Guest.READ_WRITE);
        guest.expect(
                INVAL,
                guest.attach(guest.domain(1), guest.endpoint(), 1),
                "ATTACH with a bypass flag that is not the domain's");
        guest.expectMapped(domain, 0, true);
        return "the domain and its mapping are still there";
    }

    private static String domainRange(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.DOMAIN_RANGE, "DOMAIN_RANGE");
        int start = (int) guest.config(IommuConfigLayout.DOMAIN_RANGE_START, Integer.BYTES);
        int end = (int) guest.config(IommuConfigLayout.DOMAIN_RANGE_END, Integer.BYTES);
        if (start == 0 && end == -1) {
            throw new NotObservable("all domain IDs are allowed");
        }
        return guest.expect(RANGE, guest.attach(end == -1 ? start - 1 : end + 1, guest.endpoint(), 0), "ATTACH");
    }
}
