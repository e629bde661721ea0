// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import java.util.Optional;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.shell.internal.Devices.Device;
import org.viommu.topology.ReservedRegion;

/**
 * Where an access goes, decided from the device's state in the order of the standard: reserved region, bypass, mapping.
 *
 * @param endpoint that accesses
 * @param address I/O virtual address
 * @param result in one word
 * @param physical guest-physical address; {@code -} if the access is refused
 * @param access what is allowed there, such as {@code rw-}
 * @param reason why
 */
public record Verdict(Address endpoint, Address address, String result, String physical, String access, String reason) {
    private static final String NOTHING = "-";

    static Verdict of(Device device, int endpoint, Address address) {
        IommuSnapshot.Endpoint found = device.snapshot().endpoints().stream()
                .filter(it -> it.id() == endpoint)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("ENDPOINT: " + Address.ofId(endpoint)
                        + ": it is neither attached to a domain of " + device.name() + " nor in use"));
        Address id = Address.ofId(endpoint);
        Optional<ReservedRegion> region = found.reserved().stream()
                .filter(it -> holds(it.start(), it.end(), address.value()))
                .findFirst();
        if (region.isPresent()) {
            boolean msi = region.get().kind() == ReservedRegion.Kind.MSI;
            return new Verdict(
                    id,
                    address,
                    msi ? "interrupt" : "refused",
                    NOTHING,
                    msi ? "-w-" : "---",
                    "reserved region " + region.get());
        }
        return found.attached() ? inDomain(device, id, found.domain(), address) : unattached(device, id, address);
    }

    private static Verdict unattached(Device device, Address endpoint, Address address) {
        return device.snapshot().bypass()
                ? new Verdict(endpoint, address, "bypass", address.toString(), "rw-", "attached to no domain")
                : new Verdict(endpoint, address, "refused", NOTHING, "---", "attached to no domain");
    }

    private static Verdict inDomain(Device device, Address endpoint, int domain, Address address) {
        String name = "domain " + Integer.toUnsignedString(domain);
        if (device.snapshot().domains().stream().anyMatch(it -> it.id() == domain && it.bypass())) {
            return new Verdict(endpoint, address, "bypass", address.toString(), "rw-", name + " is a bypass domain");
        }
        List<IommuSnapshot.Mapping> next = device.status().mappings(domain, address.value(), 1);
        if (next.isEmpty() || Long.compareUnsigned(next.get(0).start(), address.value()) > 0) {
            return new Verdict(endpoint, address, "refused", NOTHING, "---", "not mapped in " + name);
        }
        IommuSnapshot.Mapping mapping = next.get(0);
        return new Verdict(
                endpoint,
                address,
                "mapped",
                new Address(mapping.physical() + (address.value() - mapping.start())).toString(),
                MappingsCommand.access(mapping.flags()),
                name + ", " + new Address(mapping.start()) + "-" + new Address(mapping.end()));
    }

    private static boolean holds(long start, long end, long address) {
        return Long.compareUnsigned(start, address) <= 0 && Long.compareUnsigned(address, end) <= 0;
    }
}
