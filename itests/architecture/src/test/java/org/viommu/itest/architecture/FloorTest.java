// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FloorTest {
    @Test
    void imports_point_down_and_never_sideways() {
        assertThat(Floor.PARTS.mayImport(Floor.CONTRACTS)).isTrue();
        assertThat(Floor.PARTS.mayImport(Floor.PARTS)).isFalse();
        assertThat(Floor.CONTRACTS.mayImport(Floor.CONTRACTS)).isFalse();
        assertThat(Floor.PARTS.mayImport(Floor.HOSTS)).isFalse();
        assertThat(Floor.RINGS.mayImport(Floor.MEMORY)).isTrue();
    }

    @Test
    void test_bundles_import_contracts_and_ground_only_and_are_imported_by_none() {
        assertThat(Floor.TESTING.mayImport(Floor.CONTRACTS)).isTrue();
        assertThat(Floor.TESTING.mayImport(Floor.PARTS)).isFalse();
        assertThat(Floor.SURFACES.mayImport(Floor.TESTING)).isFalse();
    }

    @Test
    void suites_import_contracts_and_ground_only_and_are_imported_by_surfaces_only() {
        assertThat(Floor.SUITES.mayImport(Floor.CONTRACTS)).isTrue();
        assertThat(Floor.SUITES.mayImport(Floor.PARTS)).isFalse();
        assertThat(Floor.SUITES.mayImport(Floor.TESTING)).isFalse();
        assertThat(Floor.SURFACES.mayImport(Floor.SUITES)).isTrue();
        assertThat(Floor.HOSTS.mayImport(Floor.SUITES)).isFalse();
        assertThat(Floor.PARTS.mayImport(Floor.SUITES)).isFalse();
    }

    @Test
    void implementations_of_a_contract_live_above_it() {
        assertThat(Floor.of("org.viommu.mapping")).contains(Floor.CONTRACTS);
        assertThat(Floor.of("org.viommu.mapping.radix")).contains(Floor.PARTS);
        assertThat(Floor.of("org.viommu.transport.vfiouser")).contains(Floor.HOSTS);
        assertThat(Floor.of("org.viommu.kitchen")).isEmpty();
    }
}
