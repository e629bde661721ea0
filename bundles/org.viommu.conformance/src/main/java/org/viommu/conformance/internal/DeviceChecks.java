// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import static org.viommu.conformance.Level.MAY;
import static org.viommu.conformance.Level.MUST;
import static org.viommu.conformance.Level.SHOULD;
import static org.viommu.conformance.internal.Procedure.check;
import static org.viommu.virtio.iommu.RequestStatus.NOENT;
import static org.viommu.virtio.iommu.RequestStatus.OK;

import java.util.List;
import org.viommu.conformance.Check;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;

/** Features, configuration space and reset (virtio 1.4, 5.13.3 to 5.13.5). */
public final class DeviceChecks {
    private DeviceChecks() {}

    /**
     * These checks.
     *
     * @return in the order of the standard
     */
    public static List<Check> all() {
        return List.of(
                check("D1", SHOULD, "5.13.3.2", "MAP_UNMAP is offered", DeviceChecks::mapUnmap),
                check("D2", SHOULD, "5.13.3.2", "the superseded BYPASS is not offered", DeviceChecks::legacyBypass),
                check(
                        "D3",
                        SHOULD,
                        "5.13.3.2",
                        "BYPASS and BYPASS_CONFIG are not both offered",
                        DeviceChecks::bothBypass),
                check("D4", MUST, "5.13.4.2", "page_size_mask has at least one bit set", DeviceChecks::pageSizes),
                check("D5", MAY, "5.13.4.2", "bypass may be 1 at first", DeviceChecks::firstBypass),
                check("D6", SHOULD, "5.13.4.2", "bypass survives a reset of the device", DeviceChecks::deviceReset),
                check(
                        "D7",
                        SHOULD,
                        "5.13.4.2",
                        "bypass returns to its first value on a reset of the machine",
                        DeviceChecks::systemReset),
                check("D8", MUST, "5.13.4.2", "bypass reads as 0 or 1", DeviceChecks::bypassValues),
                check("D56", MUST, "5.13.5", "a reset detaches all endpoints", DeviceChecks::resetDetaches));
    }

    private static String mapUnmap(Guest guest) throws Unmet {
        return offered(guest, IommuFeatures.MAP_UNMAP, true);
    }

    private static String legacyBypass(Guest guest) throws Unmet {
        return offered(guest, IommuFeatures.BYPASS, false);
    }

    private static String bothBypass(Guest guest) throws Unmet {
        long both = IommuFeatures.BYPASS | IommuFeatures.BYPASS_CONFIG;
        if ((guest.port().offeredFeatures() & both) == both) {
            throw new Unmet("both are offered");
        }
        return "features 0x%x".formatted(guest.port().offeredFeatures());
    }

    private static String offered(Guest guest, long feature, boolean wanted) throws Unmet {
        long features = guest.port().offeredFeatures();
        if ((features & feature) != 0 != wanted) {
            throw new Unmet("features 0x%x".formatted(features));
        }
        return "features 0x%x".formatted(features);
    }

    private static String pageSizes(Guest guest) throws Unmet {
        long mask = guest.config(IommuConfigLayout.PAGE_SIZE_MASK, Long.BYTES);
        if (mask == 0) {
            throw new Unmet("the mask is 0");
        }
        return "mask 0x%x".formatted(mask);
    }

    private static String firstBypass(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.BYPASS_CONFIG, "BYPASS_CONFIG");
        if (!guest.port().systemReset()) {
            throw new NotObservable("the machine cannot be reset from here");
        }
        return "bypass is " + bypass(guest);
    }

    private static String deviceReset(Guest guest) throws Unmet, NotObservable {
        long before = flip(guest);
        guest.start(guest.features());
        if (bypass(guest) != before) {
            throw new Unmet("bypass was %d, is %d after the reset".formatted(before, bypass(guest)));
        }
        return "bypass stays " + before;
    }

    private static String systemReset(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.BYPASS_CONFIG, "BYPASS_CONFIG");
        if (!guest.port().systemReset()) {
            throw new NotObservable("the machine cannot be reset from here");
        }
        long first = bypass(guest);
        guest.start(guest.features());
        flip(guest);
        guest.port().systemReset();
        if (bypass(guest) != first) {
            throw new Unmet("bypass was %d at first, is %d".formatted(first, bypass(guest)));
        }
        return "bypass is %d again".formatted(first);
    }

    private static String bypassValues(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.BYPASS_CONFIG, "BYPASS_CONFIG");
        StringBuilder seen = new StringBuilder("bypass ").append(bypass(guest));
        for (int value = 0; value <= 1; value++) {
            guest.bypass(value == 1);
            seen.append(", ")
                    .append(bypass(guest))
                    .append(" after ")
                    .append(value)
                    .append(" was written");
            if (bypass(guest) != value) {
                throw new Unmet(seen.toString());
            }
        }
        return seen.toString();
    }

    private static String resetDetaches(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int domain = guest.attached(0, guest.endpoint());
        guest.mapped(domain, 0, 0, Guest.READ_WRITE);
        guest.start(guest.features());
        guest.expect(NOENT, guest.unmapped(domain, 0, 0), "UNMAP in the domain");
        guest.expect(OK, guest.attach(domain, guest.endpoint(), 0), "ATTACH");
        guest.expectMapped(domain, 0, false);
        return "domain and mapping are gone";
    }

    private static long flip(Guest guest) throws NotObservable {
        guest.needs(IommuFeatures.BYPASS_CONFIG, "BYPASS_CONFIG");
        guest.bypass(bypass(guest) == 0);
        return bypass(guest);
    }

    private static long bypass(Guest guest) {
        return guest.config(IommuConfigLayout.BYPASS, 1);
    }
}
