// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.viommu.topology.PciAddress;

class FunctionSpecTest {

    @Test
    void an_entry_names_device_address_and_socket() {
        assertThat(FunctionSpec.parseAll("disk0=00:02.0=/run/a=b.sock"))
                .containsExactly(new FunctionSpec("disk0", new PciAddress(0, 0, 2, 0), "/run/a=b.sock"));
    }

    @Test
    void an_entry_without_socket_is_refused_with_an_example() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FunctionSpec.parseAll("disk0=00:02.0"))
                .withMessageContainingAll("org.viommu.machine: functions: 'disk0=00:02.0'", "NAME=ADDRESS=SOCKET");
    }

    @Test
    void a_bad_address_is_refused_with_its_text() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FunctionSpec.parseAll("disk0=2=/x"))
                .withMessageContainingAll("functions: 'disk0=2=/x'", "'2' is no PCI address");
    }

    @Test
    void name_address_and_socket_are_each_used_once() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FunctionSpec.parseAll("a=00:02.0=/a", "b=00:02.0=/b"))
                .withMessageContaining("0000:00:02.0 is used by another function");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FunctionSpec.parseAll("a=00:02.0=/a", "a=00:03.0=/b"))
                .withMessageContaining("a is used by another function");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FunctionSpec.parseAll("a=00:02.0=/a", "b=00:03.0=/a"))
                .withMessageContaining("/a is used by another function");
    }
}
