// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NativeAccessTest {
    /** Runs in a virtual machine of its own. */
    static final class Main {
        public static void main(String[] args) {
            try {
                NativeAccess.require();
            } catch (IllegalStateException e) {
                System.out.print(e.getMessage());
            }
        }
    }

    @Test
    void access_that_is_allowed_is_not_refused() {
        assertThatCode(NativeAccess::require).doesNotThrowAnyException();
    }

    @Test
    void access_that_is_denied_is_refused_with_the_flag_that_allows_it() throws IOException {
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--illegal-native-access=deny",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("--enable-native-access=ALL-UNNAMED");
    }
}
