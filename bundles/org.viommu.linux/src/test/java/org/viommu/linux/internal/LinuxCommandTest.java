// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LinuxCommandTest {
    private final LinuxCommand command = new LinuxCommand(null, null, null);

    @Test
    void help_needs_no_platform() {
        assertThat(command.applyAsInt(List.of("--help"))).isEqualTo(ExitStatus.OK.code());
    }

    @Test
    void a_wrong_option_has_a_status_of_its_own() {
        assertThat(command.applyAsInt(List.of("--bogus"))).isEqualTo(ExitStatus.USAGE.code());
        assertThat(command.applyAsInt(List.of("--help"))).isEqualTo(ExitStatus.OK.code());
    }

    @Test
    void nothing_begins_once_the_component_is_gone() throws Exception {
        command.close();

        assertThat(command.applyAsInt(List.of("--help"))).isEqualTo(ExitStatus.FAILED.code());
    }
}
