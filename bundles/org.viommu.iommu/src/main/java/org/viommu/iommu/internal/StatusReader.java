// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.memory.AccessSlot;

/** Reads the state of a device from any thread, while it works. */
final class StatusReader implements IommuStatus {
    private final IommuDevice device;

    StatusReader(IommuDevice device) {
        this.device = device;
    }

    @Override
    public IommuSnapshot snapshot() {
        IommuSettings settings = device.settings();
        List<IommuSnapshot.Endpoint> endpoints = new ArrayList<>();
        Map<Domain, List<Integer>> members = new IdentityHashMap<>();
        device.endpoints().forEach(endpoint -> {
            Endpoint.View view = endpoint.view();
            endpoints.add(describe(endpoint, view));
            if (view.attached()) {
                members.computeIfAbsent(view.domain(), domain -> new ArrayList<>())
                        .add(endpoint.id());
            }
        });
        endpoints.sort(Comparator.comparing(IommuSnapshot.Endpoint::id, Integer::compareUnsigned));
        return new IommuSnapshot(
                settings.machine(),
                settings.name(),
                new IommuSnapshot.Features(device.features(), device.accepted()),
                settings.granule(),
                settings.inputEnd(),
                device.configSpace().bypass(),
                device.counters().snapshot(),
                device.faults().snapshot(),
                device.translations(),
                device.traceFeed().lost(),
                device.stores().status(),
                domains(members),
                endpoints);
    }

    @Override
    public List<IommuSnapshot.Mapping> mappings(int domain, long from, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new IllegalArgumentException("a page of " + limit + " mappings is not in 1.." + MAX_PAGE);
        }
        List<IommuSnapshot.Mapping> page = new ArrayList<>();
        // Inside a slot, because a swap closes the old tables as soon as nobody is inside.
        AccessSlot slot = new AccessSlot();
        device.gate().join(slot);
        slot.enter();
        try {
            Domain found = device.spaces().domain(domain);
            if (found != null && !found.bypass()) {
                found.table().forEach(from, (start, end, physical, flags) -> {
                    page.add(new IommuSnapshot.Mapping(start, end, physical, flags));
                    return page.size() < limit;
                });
            }
        } catch (StoreFailure failure) {
            device.stores().failed(failure);
        } finally {
            slot.exit();
            device.gate().leave(slot);
        }
        return List.copyOf(page);
    }

    private List<IommuSnapshot.Domain> domains(Map<Domain, List<Integer>> members) {
        List<IommuSnapshot.Domain> domains = new ArrayList<>();
        device.spaces().forEach(domain -> {
            List<Integer> ids = members.getOrDefault(domain, new ArrayList<>());
            ids.sort(Integer::compareUnsigned);
            domains.add(new IommuSnapshot.Domain(domain.id(), domain.bypass(), count(domain), ids));
        });
        domains.sort(Comparator.comparing(IommuSnapshot.Domain::id, Integer::compareUnsigned));
        return domains;
    }

    private long count(Domain domain) {
        try {
            return domain.bypass() ? 0 : domain.table().size();
        } catch (StoreFailure failure) {
            device.stores().failed(failure);
            return 0;
        }
    }

    private static IommuSnapshot.Endpoint describe(Endpoint endpoint, Endpoint.View view) {
        return new IommuSnapshot.Endpoint(
                endpoint.id(),
                view.known(),
                view.attached(),
                view.attached() ? view.domain().id() : 0,
                endpoint.ports(),
                view.known() ? view.reserved().regions() : List.of());
    }
}
