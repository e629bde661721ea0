// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.viommu.mapping.MappingStore;
import org.viommu.shell.internal.Devices.Device;

/** The mapping stores that are there now. */
final class Stores {
    /** PID of the IOMMUs, and name of their bundle. */
    static final String IOMMU = "org.viommu.iommu";

    private static final String RESIDENT = "resident";

    private final BundleContext context;
    private final Inventory inventory;

    Stores(BundleContext context, Inventory inventory) {
        this.context = context;
        this.inventory = inventory;
    }

    /** The preferred one first. */
    List<Store> offered() {
        try {
            List<Store> stores = context.getServiceReferences(MappingStore.class, null).stream()
                    .sorted(Comparator.<ServiceReference<?>>naturalOrder().reversed())
                    .map(this::store)
                    .collect(Collectors.toList());
            stores.add(new Store(RESIDENT, Integer.MIN_VALUE, IOMMU, users(RESIDENT)));
            return List.copyOf(stores);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("there is no filter", e);
        }
    }

    private Store store(ServiceReference<?> reference) {
        String name = String.valueOf(reference.getProperty(MappingStore.NAME));
        int ranking = reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer number ? number : 0;
        return new Store(name, ranking, reference.getBundle().getSymbolicName(), users(name));
    }

    private String users(String store) {
        String users = inventory.iommus().named("").stream()
                .filter(it -> it.snapshot().store().name().equals(store))
                .map(Device::name)
                .collect(Collectors.joining(","));
        return users.isEmpty() ? "-" : users;
    }
}
