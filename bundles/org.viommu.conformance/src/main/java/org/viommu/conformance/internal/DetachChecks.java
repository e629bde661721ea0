// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import static org.viommu.conformance.Level.MAY;
import static org.viommu.conformance.Level.MUST;
import static org.viommu.conformance.internal.Procedure.check;
import static org.viommu.virtio.iommu.RequestStatus.INVAL;
import static org.viommu.virtio.iommu.RequestStatus.NOENT;
import static org.viommu.virtio.iommu.RequestStatus.OK;

import java.util.List;
import org.viommu.conformance.Check;
import org.viommu.virtio.iommu.DetachLayout;
import org.viommu.virtio.iommu.IommuFeatures;

/** DETACH (virtio 1.4, 5.13.6.4). */
public final class DetachChecks {
    private static final String SECTION = "5.13.6.4.2";

    private DetachChecks() {}

    /**
     * These checks.
     *
     * @return in the order of the standard
     */
    public static List<Check> all() {
        return List.of(
                check("D22", MUST, SECTION, "DETACH ignores its reserved field", DetachChecks::reserved),
                check(
                        "D23",
                        MUST,
                        SECTION,
                        "DETACH of an endpoint that does not exist is answered NOENT",
                        DetachChecks::absent),
                check(
                        "D24",
                        MAY,
                        SECTION,
                        "DETACH from a domain that the endpoint is not in is answered INVAL",
                        DetachChecks::wrongDomain),
                check(
                        "D25",
                        MUST,
                        SECTION,
                        "after DETACH the endpoint reaches no mapping of the domain",
                        DetachChecks::noAccess));
    }

    private static String reserved(Guest guest) throws Unmet {
        int domain = guest.attached(0, guest.endpoint());
        return guest.expect(
                OK,
                guest.send(Requests.detach(domain, guest.endpoint()).putLong(DetachLayout.RESERVED, -1L)),
                "DETACH with all reserved bits set");
    }

    private static String absent(Guest guest) throws Unmet {
        int domain = guest.attached(0, guest.endpoint());
        return guest.expect(NOENT, guest.detach(domain, guest.port().absentEndpoint()), "DETACH");
    }

    private static String wrongDomain(Guest guest) throws Unmet {
        int domain = guest.attached(0, guest.endpoint());
        guest.expect(INVAL, guest.detach(guest.domain(1), guest.endpoint()), "DETACH from a domain that is not there");
        return guest.expect(OK, guest.detach(domain, guest.endpoint()), "INVAL; then DETACH from its own");
    }

    private static String noAccess(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int endpoint = guest.dmaEndpoint();
        guest.bypass(false);
        int domain = guest.attached(0, endpoint);
        if (guest.port().endpoints().size() > 1) {
            guest.expect(OK, guest.attach(domain, guest.otherEndpoint(), 0), "ATTACH of one that stays");
        }
        guest.mapped(domain, 5, 5, Guest.READ_WRITE);
        long address = guest.plan().page(5);
        long memory = guest.plan().physical(5);
        guest.expectRead(endpoint, address, memory, true);
        guest.expect(OK, guest.detach(domain, endpoint), "DETACH");
        guest.expectRead(endpoint, address, memory, false);
        guest.expectWrite(endpoint, address, memory, false);
        return "read and write are refused";
    }
}
