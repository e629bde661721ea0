// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.transport.pci.PciFunction;

class VfioUserHostTest {
    @TempDir
    private Path folder;

    private final VfioUserHost host = new VfioUserHost();

    @Test
    void each_function_has_a_socket_as_long_as_it_is_there() throws Exception {
        StubFunction one = new StubFunction("vm/one");
        StubFunction two = new StubFunction("vm/two");
        host.addFunction(one, at(folder.resolve("one")));
        host.addFunction(two, at(folder.resolve("two")));
        try (VfioUserClient first = VfioUserClient.negotiated(folder.resolve("one"));
                VfioUserClient second = VfioUserClient.negotiated(folder.resolve("two"))) {
            host.removeFunction(one);
            assertThat(folder.resolve("one")).doesNotExist();
            assertThat(first.closedByServer()).isTrue();
            assertThat(second.reset().errno()).isZero();
        }
        host.removeFunction(two);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void a_function_that_cannot_be_offered_is_one_line_in_the_log() {
        assertRefused(folder.resolve("none/socket").toString(), "none");
        assertRefused(folder.resolve("x".repeat(108)).toString(), "at most 107");
        assertRefused("socket\0", "Nul character not allowed");
        assertRefused(42, "Integer");
    }

    private void assertRefused(Object path, String complaint) {
        StubFunction function = new StubFunction("vm/one");
        try (LogCapture log = new LogCapture()) {
            host.addFunction(function, Map.of(PciFunction.VFIO_USER_SOCKET, path));
            host.removeFunction(function);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("ERROR", "vm/one: not offered: viommu.vfiouser.socket = ", complaint);
        }
    }

    private static Map<String, Object> at(Path path) {
        return Map.of(PciFunction.VFIO_USER_SOCKET, path.toString());
    }
}
