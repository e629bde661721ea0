// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import static org.viommu.conformance.Level.CHOICE;
import static org.viommu.conformance.Level.MAY;
import static org.viommu.conformance.Level.MUST;
import static org.viommu.conformance.Level.SHOULD;
import static org.viommu.conformance.internal.Procedure.check;
import static org.viommu.virtio.iommu.RequestStatus.INVAL;
import static org.viommu.virtio.iommu.RequestStatus.NOENT;
import static org.viommu.virtio.iommu.RequestStatus.OK;
import static org.viommu.virtio.iommu.RequestStatus.RANGE;

import java.util.List;
import org.viommu.conformance.Answer;
import org.viommu.conformance.Check;
import org.viommu.virtio.iommu.AttachFlags;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.UnmapLayout;

/** UNMAP (virtio 1.4, 5.13.6.6). The examples of the standard are played with pages for bytes. */
public final class UnmapChecks {
    private static final String SECTION = "5.13.6.6.2";

    private UnmapChecks() {}

    /**
     * These checks.
     *
     * @return in the order of the standard
     */
    public static List<Check> all() {
        return List.of(
                check(
                        "D32",
                        MAY,
                        SECTION,
                        "UNMAP with a reserved field that is not zero is answered INVAL or done",
                        UnmapChecks::reserved),
                check(
                        "D33",
                        SHOULD,
                        SECTION,
                        "UNMAP in a domain that does not exist is answered NOENT",
                        UnmapChecks::absent),
                check("D34", SHOULD, SECTION, "UNMAP in a bypass domain is answered INVAL", UnmapChecks::bypassDomain),
                check(
                        "D35",
                        SHOULD,
                        SECTION,
                        "UNMAP that would split a mapping is answered RANGE and removes nothing",
                        UnmapChecks::split),
                check("D36", SHOULD, SECTION, "UNMAP over gaps removes all mappings in the range", UnmapChecks::gaps),
                check("U1", MUST, "5.13.6.6", "after UNMAP no access uses the mapping", UnmapChecks::noAccess),
                check(
                        "C15",
                        CHOICE,
                        SECTION,
                        "UNMAP whose end is below its start is answered INVAL",
                        UnmapChecks::reversed),
                check(
                        "C16",
                        CHOICE,
                        SECTION,
                        "UNMAP of all 64-bit addresses empties the domain",
                        UnmapChecks::everything));
    }

    private static String reserved(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int domain = guest.attached(0, guest.endpoint());
        guest.mapped(domain, 0, 0, Guest.READ_WRITE);
        Answer answer = guest.send(
                Requests.unmap(domain, guest.plan().page(0), guest.plan().pageEnd(0))
                        .putInt(UnmapLayout.RESERVED, 1));
        return guest.expect(INVAL, OK, answer, "UNMAP with a reserved bit set");
    }

    private static String absent(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        return guest.expect(NOENT, guest.unmapped(guest.domain(7), 0, 0), "UNMAP");
    }

    private static String bypassDomain(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        guest.needs(IommuFeatures.BYPASS_CONFIG, "BYPASS_CONFIG");
        int domain = guest.domain(0);
        guest.expect(OK, guest.attach(domain, guest.endpoint(), AttachFlags.BYPASS), "ATTACH with the bypass flag");
        return guest.expect(INVAL, guest.unmapped(domain, 0, 0), "UNMAP");
    }

    private static String split(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int domain = guest.attached(0, guest.endpoint());
        guest.mapped(domain, 0, 4, Guest.READ_WRITE);
        guest.mapped(domain, 10, 19, Guest.READ_WRITE);
        int[][] ranges = {{0, 14}, {10, 14}, {15, 19}, {12, 13}, {15, 30}, {2, 30}, {19, 19}};
        for (int[] range : ranges) {
            String request = "UNMAP of pages %d to %d with 0 to 4 and 10 to 19 mapped".formatted(range[0], range[1]);
            guest.expect(RANGE, guest.unmapped(domain, range[0], range[1]), request);
            guest.expectMapped(domain, 0, true);
            guest.expectMapped(domain, 19, true);
        }
        return "RANGE for %d ways to split, nothing is removed".formatted(ranges.length);
    }

    private static String gaps(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int domain = guest.attached(0, guest.endpoint());
        guest.expect(OK, guest.unmapped(domain, 0, 4), "UNMAP where nothing is mapped");
        guest.mapped(domain, 0, 9, Guest.READ_WRITE);
        guest.expect(OK, guest.unmapped(domain, 0, 9), "UNMAP of a mapping");
        guest.mapped(domain, 0, 4, Guest.READ_WRITE);
        guest.mapped(domain, 5, 9, Guest.READ_WRITE);
        guest.expect(OK, guest.unmapped(domain, 0, 4), "UNMAP of one of two adjacent mappings");
        guest.expectMapped(domain, 9, true);
        guest.mapped(domain, 0, 4, Guest.READ_WRITE);
        guest.expect(OK, guest.unmapped(domain, 0, 9), "UNMAP of two adjacent mappings");
        guest.mapped(domain, 2, 4, Guest.READ_WRITE);
        guest.mapped(domain, 10, 14, Guest.READ_WRITE);
        guest.expect(OK, guest.unmapped(domain, 0, 20), "UNMAP over gaps");
        guest.expectMapped(domain, 2, false);
        guest.expectMapped(domain, 12, false);
        return "the six examples of the standard that succeed";
    }

    private static String noAccess(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int endpoint = guest.dmaEndpoint();
        int domain = guest.attached(0, endpoint);
        guest.mapped(domain, 9, 9, Guest.READ_WRITE);
        long address = guest.plan().page(9);
        long memory = guest.plan().physical(9);
        guest.expectRead(endpoint, address, memory, true);
        guest.expect(OK, guest.unmapped(domain, 9, 9), "UNMAP");
        guest.expectRead(endpoint, address, memory, false);
        guest.expectWrite(endpoint, address, memory, false);
        return "read and write are refused";
    }

    private static String reversed(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int domain = guest.attached(0, guest.endpoint());
        return guest.expect(
                INVAL, guest.unmap(domain, guest.plan().page(3), guest.plan().pageEnd(1)), "UNMAP");
    }

    private static String everything(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int domain = guest.attached(0, guest.endpoint());
        guest.mapped(domain, 0, 3, Guest.READ_WRITE);
        guest.mapped(domain, 40, 40, Guest.READ_WRITE);
        String seen = guest.expect(OK, guest.unmap(domain, 0, -1L), "UNMAP of 0 to 2^64-1");
        guest.expectMapped(domain, 0, false);
        guest.expectMapped(domain, 40, false);
        return seen;
    }
}
