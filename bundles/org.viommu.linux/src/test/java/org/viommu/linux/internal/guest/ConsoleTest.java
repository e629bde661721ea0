// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private final List<String> echoed = new ArrayList<>();
    private final Console console = new Console(echoed::add);

    @Test
    void every_line_is_passed_on() {
        console.line("one");
        console.line("");

        assertThat(echoed).containsExactly("one", "");
    }

    @Test
    void faults_are_kept_in_their_order() {
        console.line("[ 1.0] virtio_iommu virtio0: page fault from EP 24 at 0x1000 [W]");
        console.line("[ 1.1] random: crng init done");
        console.line("[ 1.2] virtio_iommu virtio0: page fault from EP 16 at 0x2000 [R]");

        assertThat(console.faults()).extracting(Fault::endpoint).containsExactly(24, 16);
        assertThat(console.fault(fault -> fault.endpoint() == 16)).isPresent();
        assertThat(console.fault(fault -> fault.endpoint() == 8)).isEmpty();
    }

    @Test
    void the_first_panic_is_the_one_that_counts() {
        assertThat(console.panic()).isEmpty();

        console.line("[    4.495338] Kernel panic - not syncing: VFS: Unable to mount root fs");
        console.line("[    4.6] Kernel panic - not syncing: again");

        assertThat(console.panic()).contains("Kernel panic - not syncing: VFS: Unable to mount root fs");
    }
}
