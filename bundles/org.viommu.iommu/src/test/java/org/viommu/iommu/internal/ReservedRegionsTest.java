// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;

class ReservedRegionsTest {
    private static final ReservedRegion MSI = new ReservedRegion(0xfee00000L, 0xfeefffffL, Kind.MSI);

    @Test
    void what_is_configured_is_for_endpoints_without_regions_of_their_own() {
        assertThat(ReservedRegions.of(List.of(), List.of(MSI)).regions()).containsExactly(MSI);
    }

    @Test
    void D46_an_MSI_window_of_its_own_replaces_the_configured_one() {
        ReservedRegion own = new ReservedRegion(0x8000000, 0x80fffff, Kind.MSI);
        assertThat(ReservedRegions.of(List.of(own), List.of(MSI)).regions()).containsExactly(own);
    }

    @Test
    void D46_of_several_MSI_windows_the_first_stays_one() {
        ReservedRegion second = new ReservedRegion(0x1000, 0x1fff, Kind.MSI);
        assertThat(ReservedRegions.of(List.of(MSI, second), List.of()).regions())
                .containsExactly(new ReservedRegion(0x1000, 0x1fff, Kind.RESERVED), MSI);
    }

    @Test
    void D47_overlaps_are_cut_away() {
        ReservedRegion own = new ReservedRegion(0x2000, 0x3fff, Kind.RESERVED);
        ReservedRegion around = new ReservedRegion(0x1000, 0x4fff, Kind.RESERVED);
        assertThat(ReservedRegions.of(List.of(own), List.of(around)).regions())
                .containsExactly(
                        new ReservedRegion(0x1000, 0x1fff, Kind.RESERVED),
                        own,
                        new ReservedRegion(0x4000, 0x4fff, Kind.RESERVED));
    }

    @Test
    void regions_may_reach_to_both_ends_of_the_address_space() {
        ReservedRegions regions = ReservedRegions.of(
                List.of(new ReservedRegion(-0x1000L, -1L, Kind.RESERVED), new ReservedRegion(0, 0xfff, Kind.RESERVED)),
                List.of(new ReservedRegion(0, -1L, Kind.RESERVED)));
        assertThat(regions.regions()).extracting(ReservedRegion::start).containsExactly(0L, 0x1000L, -0x1000L);
        assertThat(regions.overlaps(-1L, -1L)).isTrue();
    }

    @Test
    void a_range_is_compared_with_all_regions() {
        ReservedRegions regions =
                ReservedRegions.of(List.of(new ReservedRegion(0x1000, 0x1fff, Kind.RESERVED), MSI), List.of());
        assertThat(regions.overlaps(0, 0xfff)).isFalse();
        assertThat(regions.overlaps(0, 0x1000)).isTrue();
        assertThat(regions.overlaps(0x2000, 0xfedfffffL)).isFalse();
        assertThat(regions.overlaps(0x2000, -1L)).isTrue();
        assertThat(regions.overlaps(0xfef00000L, -1L)).isFalse();
    }
}
