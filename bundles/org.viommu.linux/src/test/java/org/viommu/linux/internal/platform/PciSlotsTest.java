// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.viommu.topology.Attachment;
import org.viommu.topology.IommuNode;
import org.viommu.topology.Topology;

class PciSlotsTest {
    private final Topology topology = PciSlots.topology();

    @Test
    void the_topology_has_no_problems() {
        assertThat(topology.problems()).isEmpty();
    }

    @Test
    void every_endpoint_is_behind_the_iommu_by_its_routing_identifier() {
        for (PciSlots slot : PciSlots.endpoints()) {
            assertThat(topology.find(slot.address()).map(Attachment::endpoint))
                    .contains(slot.address().bdf());
        }
        assertThat(PciSlots.ENTROPY.endpoint()).isEqualTo(0x18);
    }

    @Test
    void nobody_translates_for_the_iommu() {
        assertThat(topology.iommus()).containsExactly(new IommuNode.PciFunction(PciSlots.IOMMU.address()));
        assertThat(topology.find(PciSlots.IOMMU.address())).isEmpty();
    }
}
