// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.demo.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AddressPlanTest {
    private final AddressPlan plan = new AddressPlan(InProcessGuest.PAGES);

    @Test
    void as_many_pages_as_there_are_in_memory_reach_each_page_once() {
        assertThat(IntStream.range(0, InProcessGuest.PAGES)
                        .mapToLong(plan::physical)
                        .distinct())
                .hasSize(InProcessGuest.PAGES);
    }

    @Test
    void the_stray_address_lies_below_all_mapped_ones() {
        assertThat(plan.stray()).isLessThan(plan.virtual(0));
    }
}
