// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DebTest {
    @Test
    void a_printed_package_has_name_version_file_and_size() {
        String line = "'http://mirror.example/debian/pool/main/q/qemu/qemu-system-x86_11.1.3%2bds-1_amd64.deb'"
                + " qemu-system-x86_11.1.3+ds-1_amd64.deb 10377056 MD5Sum:5559581916477ef1f57ea9f82cecf2aa";

        assertThat(Deb.parse(line))
                .contains(
                        new Deb("qemu-system-x86", "11.1.3+ds-1", "qemu-system-x86_11.1.3+ds-1_amd64.deb", 10_377_056));
    }

    @Test
    void the_colon_of_an_epoch_is_escaped_in_the_file_name_only() {
        String line = "'http://mirror.example/x' busybox-static_1%3a1.37.0-6+b9_amd64.deb 955316 ";

        assertThat(Deb.parse(line).orElseThrow().version()).isEqualTo("1:1.37.0-6+b9");
    }

    @Test
    void other_lines_of_apt_are_no_packages() {
        assertThat(Deb.parse("Reading package lists...")).isEmpty();
        assertThat(Deb.parse("'http://mirror.example/dists/trixie/InRelease' trixie_InRelease 0 "))
                .isEmpty();
    }
}
