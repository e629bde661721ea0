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

import java.util.List;
import org.viommu.conformance.Check;
import org.viommu.virtio.iommu.AttachFlags;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;

/** MAP (virtio 1.4, 5.13.6.5). */
public final class MapChecks {
    private static final String SECTION = "5.13.6.5.2";

    private MapChecks() {}

    /**
     * These checks.
     *
     * @return in the order of the standard
     */
    public static List<Check> all() {
        return List.of(
                check(
                        "D26",
                        SHOULD,
                        SECTION,
                        "MAP that is not aligned to the granule is answered RANGE",
                        MapChecks::misaligned),
                check("D27", SHOULD, SECTION, "MAP that overlaps a mapping is answered INVAL", MapChecks::overlap),
                check("D28", MUST, SECTION, "MAP with an unknown flag is answered INVAL", MapChecks::unknownFlag),
                check(
                        "D29",
                        SHOULD,
                        SECTION,
                        "MAP in a domain that does not exist is answered NOENT",
                        MapChecks::absent),
                check("D30", SHOULD, SECTION, "MAP in a bypass domain is answered INVAL", MapChecks::bypassDomain),
                check("D31", MUST, SECTION, "without WRITE nothing is written", MapChecks::readOnly),
                check("C8", CHOICE, SECTION, "MAP whose end is below its start is answered INVAL", MapChecks::reversed),
                check("C9", CHOICE, SECTION, "MAP outside of input_range is answered RANGE", MapChecks::outside),
                check("C10", CHOICE, SECTION, "MAP whose guest-physical end wraps is answered RANGE", MapChecks::wraps),
                check(
                        "C11",
                        CHOICE,
                        SECTION,
                        "MAP without flags is a mapping that refuses all accesses",
                        MapChecks::noAccess),
                check("C12", CHOICE, SECTION, "without READ nothing is read", MapChecks::writeOnly),
                check("C13", CHOICE, SECTION, "the MMIO flag is unknown unless MMIO is accepted", MapChecks::mmio),
                check("C14", CHOICE, SECTION, "the last page of input_range can be mapped", MapChecks::lastPage));
    }

    private static String misaligned(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        AddressPlan plan = guest.plan();
        if (plan.granule() == 1) {
            throw new NotObservable("the granule is 1 byte");
        }
        int domain = guest.attached(0, guest.endpoint());
        long half = plan.granule() / 2;
        long start = plan.page(0);
        long end = plan.pageEnd(0);
        long memory = plan.physical(0);
        guest.expect(RANGE, guest.map(domain, start + half, end, memory, 1), "MAP with a start of half a granule");
        guest.expect(RANGE, guest.map(domain, start, end - half, memory, 1), "MAP with an end of half a granule");
        guest.expect(RANGE, guest.map(domain, start, end, memory + half, 1), "MAP to half a granule");
        guest.expectMapped(domain, 0, false);
        return "RANGE for start, end and guest-physical start";
    }

    private static String overlap(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int domain = guest.attached(0, guest.endpoint());
        guest.mapped(domain, 10, 19, Guest.READ_WRITE);
        int[][] ranges = {{10, 19}, {10, 10}, {19, 19}, {14, 15}, {5, 10}, {19, 25}, {5, 25}};
        for (int[] range : ranges) {
            guest.expect(
                    INVAL,
                    guest.map(
                            domain,
                            guest.plan().page(range[0]),
                            guest.plan().pageEnd(range[1]),
                            guest.plan().physical(range[0]),
                            Guest.READ_WRITE),
                    "MAP of pages %d to %d over 10 to 19".formatted(range[0], range[1]));
        }
        guest.expectMapped(domain, 9, false);
        guest.expectMapped(domain, 20, false);
        return "INVAL for %d ways to overlap, nothing is added".formatted(ranges.length);
    }

    private static String unknownFlag(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int domain = guest.attached(0, guest.endpoint());
        for (int flag = MapFlags.MMIO << 1; flag != 0; flag <<= 1) {
            guest.expect(
                    INVAL,
                    guest.map(
                            domain,
                            guest.plan().page(0),
                            guest.plan().pageEnd(0),
                            guest.plan().physical(0),
                            flag),
                    "MAP with flag 0x%x".formatted(flag));
        }
        guest.expectMapped(domain, 0, false);
        return "INVAL for each of the bits 3 to 31";
    }

    private static String absent(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        AddressPlan plan = guest.plan();
        return guest.expect(
                NOENT, guest.map(guest.domain(7), plan.page(0), plan.pageEnd(0), plan.physical(0), 1), "MAP");
    }

    private static String bypassDomain(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        guest.needs(IommuFeatures.BYPASS_CONFIG, "BYPASS_CONFIG");
        AddressPlan plan = guest.plan();
        int domain = guest.domain(0);
        guest.expect(OK, guest.attach(domain, guest.endpoint(), AttachFlags.BYPASS), "ATTACH with the bypass flag");
        return guest.expect(INVAL, guest.map(domain, plan.page(0), plan.pageEnd(0), plan.physical(0), 1), "MAP");
    }

    private static String readOnly(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int endpoint = guest.dmaEndpoint();
        guest.mapped(guest.attached(0, endpoint), 6, 6, MapFlags.READ);
        guest.expectRead(endpoint, guest.plan().page(6), guest.plan().physical(6), true);
        guest.expectWrite(endpoint, guest.plan().page(6), guest.plan().physical(6), false);
        return "reads arrive, writes are refused";
    }

    private static String reversed(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        AddressPlan plan = guest.plan();
        int domain = guest.attached(0, guest.endpoint());
        return guest.expect(INVAL, guest.map(domain, plan.page(3), plan.pageEnd(1), plan.physical(0), 1), "MAP");
    }

    private static String outside(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        AddressPlan plan = guest.plan();
        if (plan.inputStart() == 0 && plan.inputEnd() == -1) {
            throw new NotObservable("all addresses can be translated");
        }
        int domain = guest.attached(0, guest.endpoint());
        boolean above = plan.inputEnd() != -1;
        long start = above ? plan.inputEnd() + 1 : plan.inputStart() - plan.unit();
        return guest.expect(RANGE, guest.map(domain, start, start + plan.unit() - 1, plan.physical(0), 1), "MAP");
    }

    private static String wraps(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        AddressPlan plan = guest.plan();
        int domain = guest.attached(0, guest.endpoint());
        return guest.expect(RANGE, guest.map(domain, plan.page(0), plan.pageEnd(1), -plan.unit(), 1), "MAP");
    }

    private static String noAccess(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int domain = guest.attached(0, guest.endpoint());
        guest.mapped(domain, 7, 7, 0);
        guest.expectMapped(domain, 7, true);
        if (!guest.port().dmaEndpoints().isEmpty()) {
            guest.expectRead(
                    guest.endpoint(), guest.plan().page(7), guest.plan().physical(7), false);
            guest.expectWrite(
                    guest.endpoint(), guest.plan().page(7), guest.plan().physical(7), false);
        }
        return "OK; it occupies its range";
    }

    private static String writeOnly(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int endpoint = guest.dmaEndpoint();
        guest.mapped(guest.attached(0, endpoint), 8, 8, MapFlags.WRITE);
        guest.expectWrite(endpoint, guest.plan().page(8), guest.plan().physical(8), true);
        guest.expectRead(endpoint, guest.plan().page(8), guest.plan().physical(8), false);
        return "writes arrive, reads are refused";
    }

    private static String mmio(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        guest.start(guest.features() & ~IommuFeatures.MMIO);
        AddressPlan plan = guest.plan();
        int domain = guest.attached(0, guest.endpoint());
        return guest.expect(
                INVAL,
                guest.map(domain, plan.page(0), plan.pageEnd(0), plan.physical(0), MapFlags.READ | MapFlags.MMIO),
                "MAP with the flag");
    }

    private static String lastPage(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        AddressPlan plan = guest.plan();
        int domain = guest.attached(0, guest.endpoint());
        long end = plan.inputEnd();
        long start = end - plan.unit() + 1;
        guest.expect(OK, guest.map(domain, start, end, plan.physical(0), 1), "MAP up to 0x%x".formatted(end));
        guest.expect(INVAL, guest.map(domain, start, end, plan.physical(0), 1), "the same MAP");
        return guest.expect(OK, guest.unmap(domain, start, end), "UNMAP up to 0x%x".formatted(end));
    }
}
