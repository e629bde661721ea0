// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import static org.viommu.conformance.Level.CHOICE;
import static org.viommu.conformance.Level.MUST;
import static org.viommu.conformance.Level.SHOULD;
import static org.viommu.conformance.internal.Procedure.check;
import static org.viommu.virtio.iommu.RequestStatus.INVAL;
import static org.viommu.virtio.iommu.RequestStatus.OK;

import java.util.List;
import org.viommu.conformance.Check;
import org.viommu.virtio.iommu.AttachFlags;
import org.viommu.virtio.iommu.IommuFeatures;

/** Endpoints whose accesses are not translated (virtio 1.4, 5.13.6 and 5.13.6.3). */
public final class BypassChecks {
    private BypassChecks() {}

    /**
     * These checks.
     *
     * @return in the order of the standard
     */
    public static List<Check> all() {
        return List.of(
                check(
                        "D13",
                        SHOULD,
                        "5.13.6.2",
                        "an unattached endpoint without bypass does not reach memory",
                        BypassChecks::denied),
                check(
                        "B1",
                        MUST,
                        "5.13.4.2",
                        "with bypass 1 an unattached endpoint reaches memory untranslated",
                        BypassChecks::global),
                check(
                        "B2",
                        MUST,
                        "5.13.6.3.2",
                        "an endpoint in a bypass domain reaches memory untranslated",
                        BypassChecks::domain),
                check(
                        "D18",
                        SHOULD,
                        "5.13.6.3.2",
                        "ATTACH whose bypass flag is not the domain's is answered INVAL",
                        BypassChecks::mismatch),
                check(
                        "C4",
                        CHOICE,
                        "5.13.6.3.2",
                        "the bypass flag is unknown unless BYPASS_CONFIG is accepted",
                        BypassChecks::notNegotiated));
    }

    private static String denied(Guest guest) throws Unmet, NotObservable {
        int endpoint = guest.dmaEndpoint();
        long memory = guest.plan().physical(0);
        if ((guest.port().offeredFeatures() & IommuFeatures.BYPASS_CONFIG) != 0) {
            guest.bypass(false);
        }
        guest.expectRead(endpoint, memory, memory, false);
        guest.expectWrite(endpoint, memory, memory, false);
        return "read and write are refused";
    }

    private static String global(Guest guest) throws Unmet, NotObservable {
        int endpoint = guest.dmaEndpoint();
        long memory = guest.plan().physical(1);
        guest.bypass(true);
        guest.expectRead(endpoint, memory, memory, true);
        guest.expectWrite(endpoint, memory, memory, true);
        guest.bypass(false);
        guest.expectRead(endpoint, memory, memory, false);
        return "let through with 1, refused with 0";
    }

    private static String domain(Guest guest) throws Unmet, NotObservable {
        int endpoint = guest.dmaEndpoint();
        long memory = guest.plan().physical(2);
        guest.bypass(false);
        guest.expect(OK, guest.attach(guest.domain(0), endpoint, AttachFlags.BYPASS), "ATTACH with the bypass flag");
        guest.expectRead(endpoint, memory, memory, true);
        guest.expectWrite(endpoint, memory, memory, true);
        return "read and write arrive";
    }

    private static String mismatch(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.BYPASS_CONFIG, "BYPASS_CONFIG");
        int first = guest.endpoint();
        int other = guest.otherEndpoint();
        guest.expect(OK, guest.attach(guest.domain(0), first, AttachFlags.BYPASS), "ATTACH with the bypass flag");
        guest.expect(INVAL, guest.attach(guest.domain(0), other, 0), "ATTACH of another without it");
        guest.expect(OK, guest.attach(guest.domain(1), other, 0), "ATTACH to an ordinary domain");
        return guest.expect(
                INVAL, guest.attach(guest.domain(1), first, AttachFlags.BYPASS), "ATTACH of another with the flag");
    }

    private static String notNegotiated(Guest guest) throws Unmet, NotObservable {
        guest.start(guest.features() & ~IommuFeatures.BYPASS_CONFIG);
        return guest.expect(
                INVAL, guest.attach(guest.domain(0), guest.endpoint(), AttachFlags.BYPASS), "ATTACH with the flag");
    }
}
