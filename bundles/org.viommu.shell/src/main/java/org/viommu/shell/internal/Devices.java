// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;

/** The IOMMU devices that an operator means by a name: {@code MACHINE/NAME}, or all of them by the empty name. */
final class Devices {
    /**
     * A device at the moment of the command.
     *
     * @param status to ask further
     * @param snapshot its state
     */
    record Device(IommuStatus status, IommuSnapshot snapshot) {
        String name() {
            return snapshot.machine() + "/" + snapshot.name();
        }
    }

    private final List<Device> all;

    Devices(Collection<IommuStatus> services) {
        all = services.stream()
                .map(status -> new Device(status, status.snapshot()))
                .sorted(Comparator.comparing(Device::name))
                .toList();
    }

    /** Those of that name. */
    List<Device> named(String name) {
        List<Device> found = all.stream()
                .filter(device -> name.isEmpty() || device.name().equals(name))
                .toList();
        if (found.isEmpty() && !name.isEmpty()) {
            throw new IllegalArgumentException("--device: '" + name + "': " + known());
        }
        return found;
    }

    /** The one of that name; the name may be empty if there is one device only. */
    Device one(String name) {
        List<Device> found = named(name);
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    found.isEmpty() ? "there is no IOMMU; viommu:why tells more" : "--device is needed: " + known());
        }
        return found.get(0);
    }

    private String known() {
        return all.isEmpty()
                ? "there is no IOMMU; viommu:why tells more"
                : "there are " + all.stream().map(Device::name).collect(Collectors.joining(", "));
    }
}
