// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import java.util.List;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;

/** The root port into which a function can be plugged while the guest runs, and the bus behind it. */
final class HotPlugSlot {
    /** QEMU's name of the port. */
    static final String PORT = "port0";

    /** Where the guest sees what is plugged in. */
    static final PciAddress ADDRESS = PciAddress.parse("01:00.0");

    private static final int PORT_DEVICE = 4;

    private HotPlugSlot() {}

    /** QEMU's options for the port. */
    static List<String> qemuOptions() {
        return List.of("-device", "pcie-root-port,id=" + PORT + ",chassis=1,addr=" + Integer.toHexString(PORT_DEVICE));
    }

    /** All that can ever be on the bus, which the table that the guest boots with has to cover. */
    static EndpointNode.PciRange bus(IommuNode iommu) {
        PciAddress last = new PciAddress(ADDRESS.segment(), ADDRESS.bus(), 0x1f, 7);
        return new EndpointNode.PciRange(ADDRESS, last, ADDRESS.bdf(), iommu, List.of());
    }
}
