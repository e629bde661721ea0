// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.viommu.linux.internal.ExitStatus;

class BenchCommandTest {
    private final BenchCommand command = new BenchCommand(null, null, null);

    @Test
    void help_needs_no_platform() {
        assertThat(command.applyAsInt(List.of("--help"))).isEqualTo(ExitStatus.OK.code());
        assertThat(command.applyAsInt(List.of("guest", "--help"))).isEqualTo(ExitStatus.OK.code());
    }

    @Test
    void a_wrong_command_line_has_a_status_of_its_own() {
        assertThat(command.applyAsInt(List.of())).isEqualTo(ExitStatus.USAGE.code());
        assertThat(command.applyAsInt(List.of("guest", "--bogus"))).isEqualTo(ExitStatus.USAGE.code());
    }

    @Test
    void nothing_begins_once_the_component_is_gone() throws Exception {
        command.close();

        assertThat(command.applyAsInt(List.of("--help"))).isEqualTo(ExitStatus.FAILED.code());
    }
}
