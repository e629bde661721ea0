// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MachineMirrorsTest {
    private static String list(String mirror, String suite, String component) {
        return "'%s/dists/%s/%s/binary-amd64/Packages.xz' some_file 0 ".formatted(mirror, suite, component);
    }

    @Test
    void an_archive_is_named_once_however_many_lists_it_has() {
        List<String> printed = List.of(
                "'http://a.example/debian/dists/bookworm/InRelease' a_InRelease 0 ",
                list("http://a.example/debian", "bookworm", "main"),
                list("http://a.example/debian", "bookworm", "contrib"),
                list("http://a.example/debian", "stable", "main"));

        assertThat(MachineMirrors.find(printed, "trixie")).containsExactly("http://a.example/debian");
    }

    @Test
    void an_archive_of_the_release_itself_comes_first() {
        List<String> printed = List.of(
                list("http://third.example/packages", "stable", "main"),
                list("https://b.example/debian", "trixie", "main"));

        assertThat(MachineMirrors.find(printed, "trixie"))
                .containsExactly("https://b.example/debian", "http://third.example/packages");
    }

    @Test
    void archives_of_updates_and_of_single_vendors_are_left_out() {
        List<String> printed = List.of(
                list("http://a.example/debian-security", "bookworm-security", "main"),
                list("http://vendor.example/apt", "sdk-bookworm", "main"),
                list("http://other.example/linux/debian", "bookworm", "stable"),
                "'http://flat.example/./Packages.xz' flat 0 ");

        assertThat(MachineMirrors.find(printed, "trixie")).isEmpty();
    }

    @Test
    void a_list_of_mirrors_in_a_file_is_an_archive_too() {
        assertThat(MachineMirrors.find(List.of(list("mirror+file:/etc/apt/mirrors", "trixie", "main")), "trixie"))
                .containsExactly("mirror+file:/etc/apt/mirrors");
    }
}
