// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.demo.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class DemoOptionsTest {

    @Test
    void without_arguments_the_defaults_hold() {
        assertThat(DemoOptions.parse(List.of())).isEqualTo(new DemoOptions(3, 65_536));
    }

    @Test
    void arguments_come_in_any_order() {
        assertThat(DemoOptions.parse(List.of("--mappings", "2048", "--seconds", "1")))
                .isEqualTo(new DemoOptions(1, 2048));
    }

    @Test
    void a_bad_value_is_named_with_what_is_allowed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DemoOptions.parse(List.of("--mappings", "7")))
                .withMessage("--mappings 7: not a number from 1024 to 1048576");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DemoOptions.parse(List.of("--seconds")))
                .withMessage("--seconds : not a number from 1 to 3600");
    }

    @Test
    void an_unknown_argument_is_named() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DemoOptions.parse(List.of("--fast", "1")))
                .withMessage("unknown argument --fast");
    }
}
