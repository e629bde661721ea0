// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;

/** The functions on the guest's PCI bus: the IOMMU and, behind it, a disk and an entropy source. */
enum PciSlots {
    IOMMU("iommu0", "00:01.0"),
    DISK("disk0", "00:02.0"),
    ENTROPY("rng0", "00:03.0");

    private final String device;
    private final PciAddress address;

    PciSlots(String device, String address) {
        this.device = device;
        this.address = PciAddress.parse(address);
    }

    /** Those that the IOMMU translates for. */
    static List<PciSlots> endpoints() {
        return List.of(DISK, ENTROPY);
    }

    /** What is behind the IOMMU when the guest boots. */
    static Topology topology() {
        return fixed().build();
    }

    /** What the guest's firmware says: all that can ever be behind the IOMMU. */
    static Topology bootTopology() {
        return fixed().endpoint(HotPlugSlot.bus(new IommuNode.PciFunction(IOMMU.address)))
                .build();
    }

    private static Topology.Builder fixed() {
        IommuNode iommu = new IommuNode.PciFunction(IOMMU.address);
        Topology.Builder topology = Topology.builder().iommu(iommu);
        endpoints().forEach(slot -> topology.endpoint(new EndpointNode.PciRange(slot.address, slot.endpoint(), iommu)));
        return topology;
    }

    /** QEMU's description of a function that it finds behind a socket. */
    static JsonObject vfioUser(Path path) {
        JsonObject socket = new JsonObject();
        socket.addProperty("type", "unix");
        socket.addProperty("path", path.toString());
        JsonObject device = new JsonObject();
        device.addProperty("driver", "vfio-user-pci");
        // The functions have no option ROM; without this QEMU warns that it is empty.
        device.addProperty("rombar", 0);
        device.add("socket", socket);
        return device;
    }

    /** Whether a device of the machine is one of these. */
    static boolean isFixed(String device) {
        return Stream.of(values()).anyMatch(slot -> slot.device.equals(device));
    }

    /** Name of the device within the machine. */
    String device() {
        return device;
    }

    PciAddress address() {
        return address;
    }

    /** The endpoint ID, unsigned 32-bit: the routing identifier, as usual. */
    int endpoint() {
        return address.bdf();
    }

    /** The function's socket. */
    Path socket(Path folder) {
        return folder.resolve(device + ".sock");
    }
}
