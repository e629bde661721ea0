// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.viommu.dma.DmaTranslator;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.virtio.DeviceType;

class ArchitectTest {
    private static final FunctionSpec IOMMU =
            FunctionSpec.parseAll("iommu0=00:01.0=/iommu").get(0);
    private static final FunctionSpec DISK =
            FunctionSpec.parseAll("disk0=00:02.0=/disk").get(0);
    private static final IommuNode NODE = new IommuNode.PciFunction(IOMMU.address());

    private final DeviceType iommuType = new IdleType();
    private final DeviceType diskType = new IdleType();
    private final DmaTranslator translator = (endpoint, memory) -> {
        throw new AssertionError("planning opens nothing");
    };
    private final Topology topology = Topology.builder()
            .iommu(NODE)
            .endpoint(new EndpointNode.PciRange(DISK.address(), 0x10, NODE))
            .build();

    @Test
    void a_function_in_a_range_goes_through_its_iommu() {
        assertThat(architect(Optional.of(topology)).plan(DISK))
                .isEqualTo(new Blueprint.Translated(diskType, translator, 0x10));
    }

    @Test
    void an_iommu_has_plain_memory() {
        assertThat(architect(Optional.of(topology)).plan(IOMMU)).isEqualTo(new Blueprint.Direct(iommuType));
    }

    @Test
    void a_function_that_the_topology_leaves_out_is_untranslated() {
        Topology without = Topology.builder().iommu(NODE).build();
        assertThat(architect(Optional.of(without)).plan(DISK)).isEqualTo(new Blueprint.Direct(diskType));
    }

    @Test
    void nothing_is_built_without_a_topology() {
        assertThat(architect(Optional.empty()).plan(DISK))
                .isEqualTo(new Blueprint.Missing("no topology source describes the machine"));
    }

    @Test
    void a_missing_device_is_named() {
        Architect architect = new Architect(List.of(IOMMU, DISK), Map.of(), Map.of(), Optional.of(topology));
        assertThat(architect.plan(DISK)).asString().contains("no device named disk0");
    }

    @Test
    void a_missing_iommu_is_named() {
        Architect architect =
                new Architect(List.of(IOMMU, DISK), Map.of("disk0", diskType), Map.of(), Optional.of(topology));
        assertThat(architect.plan(DISK)).isEqualTo(new Blueprint.Missing("its IOMMU iommu0 is not there"));
    }

    @Test
    void an_iommu_of_the_topology_that_the_machine_lacks_is_named() {
        IommuNode elsewhere = new IommuNode.PciFunction(new PciAddress(0, 0, 9, 0));
        Topology other = Topology.builder()
                .iommu(elsewhere)
                .endpoint(new EndpointNode.PciRange(DISK.address(), 0x10, elsewhere))
                .build();
        assertThat(architect(Optional.of(other)).plan(DISK))
                .asString()
                .contains("endpoint 0x10 of PCI 0000:00:09.0", "no function of the machine sits there");
    }

    private Architect architect(Optional<Topology> known) {
        return new Architect(
                List.of(IOMMU, DISK),
                Map.of("iommu0", iommuType, "disk0", diskType),
                Map.of("iommu0", translator),
                known);
    }
}
