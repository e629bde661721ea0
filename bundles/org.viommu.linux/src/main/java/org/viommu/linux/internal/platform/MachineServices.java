// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.util.tracker.ServiceTracker;
import org.viommu.endpoint.entropy.StrayDma;
import org.viommu.iommu.IommuStatus;
import org.viommu.machine.Machine;

/** The services that the parts of one machine register. */
final class MachineServices implements AutoCloseable {
    private final ServiceTracker<Machine, Machine> machine;
    private final ServiceTracker<IommuStatus, IommuStatus> iommu;
    private final ServiceTracker<StrayDma, StrayDma> stray;

    MachineServices(BundleContext context, String name) {
        String ofMachine = "(" + Machine.NAME + "=" + name + ")";
        machine = open(context, Machine.class, ofMachine);
        iommu = open(context, IommuStatus.class, ofMachine + named(PciSlots.IOMMU));
        stray = open(context, StrayDma.class, ofMachine + named(PciSlots.ENTROPY));
    }

    private static String named(PciSlots slot) {
        return "(" + IommuStatus.NAME + "=" + slot.device() + ")";
    }

    private static <T> ServiceTracker<T, T> open(BundleContext context, Class<T> type, String filters) {
        try {
            Filter filter = FrameworkUtil.createFilter(
                    "(&(" + Constants.OBJECTCLASS + "=" + type.getName() + ")" + filters + ")");
            ServiceTracker<T, T> tracker = new ServiceTracker<>(context, filter, null);
            tracker.open();
            return tracker;
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException("not a name for a filter: " + filters, e);
        }
    }

    Optional<Machine> machine() {
        return Optional.ofNullable(machine.getService());
    }

    Optional<IommuStatus> iommu() {
        return Optional.ofNullable(iommu.getService());
    }

    Optional<StrayDma> stray() {
        return Optional.ofNullable(stray.getService());
    }

    /** The first service that is not there, if any. */
    Optional<String> missing() {
        if (machine().isEmpty()) {
            return Optional.of("no machine is offered (is org.viommu.machine active?)");
        }
        if (iommu().isEmpty()) {
            return Optional.of("no IOMMU is offered (is org.viommu.iommu active?)");
        }
        if (stray().isEmpty()) {
            return Optional.of("no entropy source is offered (is org.viommu.endpoint.entropy active?)");
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        machine.close();
        iommu.close();
        stray.close();
    }
}
