// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AptResultTest {
    @Test
    void a_key_that_gpgv_does_not_find_is_a_lacking_key() {
        assertThat(new Apt.Result(
                                100,
                                List.of(
                                        "Err:1 http://mirror.example/debian trixie InRelease",
                                        "  The following signatures couldn't be verified because the public key is not"
                                                + " available: NO_PUBKEY 6ED0E7B82643E131"))
                        .lacksKey())
                .isTrue();
    }

    @Test
    void a_key_that_sqv_does_not_find_is_a_lacking_key() {
        assertThat(new Apt.Result(
                                100,
                                List.of("  Sub-process /usr/bin/sqv returned an error code (1), error message is:"
                                        + " Missing key 4CB50190207B4758A3F73A796ED0E7B82643E131, which is needed to verify"
                                        + " signature."))
                        .lacksKey())
                .isTrue();
    }

    @Test
    void no_keys_at_all_are_lacking_keys() {
        assertThat(new Apt.Result(
                                100,
                                List.of("W: OpenPGP signature verification failed: http://mirror.example/debian trixie"
                                        + " InRelease: The signatures couldn't be verified because no keyring is"
                                        + " specified"))
                        .lacksKey())
                .isTrue();
    }

    @Test
    void an_archive_without_the_release_lacks_no_key() {
        assertThat(new Apt.Result(
                                100,
                                List.of(
                                        "E: The repository 'http://mirror.example/x trixie Release' is not signed.",
                                        "E: The repository 'http://mirror.example/x trixie Release' does not have a"
                                                + " Release file."))
                        .lacksKey())
                .isFalse();
    }

    @Test
    void a_host_that_does_not_answer_lacks_no_key() {
        Apt.Result result = new Apt.Result(
                100,
                List.of(
                        "Err:1 http://mirror.example/debian trixie InRelease",
                        "  Could not resolve 'mirror.example'",
                        "E: Failed to fetch http://mirror.example/x  Could not resolve 'mirror.example'"));

        assertThat(result.lacksKey()).isFalse();
        assertThat(result.complaint())
                .isEqualTo("Failed to fetch http://mirror.example/x  Could not resolve 'mirror.example'");
    }

    @Test
    void an_archive_that_cannot_just_now_has_stumbled() {
        assertThat(List.of(
                        "E: Failed to fetch http://mirror.example/x/InRelease  503  Service Unavailable [IP: 127.0.0.1 80]",
                        "  Could not connect to 127.0.0.1:9999 (127.0.0.1). - connect (111: Connection refused)",
                        "  Connection timed out [IP: 127.0.0.1 80]",
                        "  Hash Sum mismatch",
                        "  File has unexpected size (12 != 1056). Mirror sync in progress?"))
                .allMatch(line -> new Apt.Result(100, List.of(line)).stumbled());
    }

    @Test
    void what_will_be_the_same_the_next_time_is_no_stumbling() {
        assertThat(List.of(
                        "  404  Not Found [IP: 127.0.0.1 80]",
                        "  Temporary failure resolving 'mirror.example'",
                        "E: The repository 'http://mirror.example/x trixie Release' does not have a Release file.",
                        "E: Unable to locate package qemu"))
                .noneMatch(line -> new Apt.Result(100, List.of(line)).stumbled());
        assertThat(new Apt.Result(0, List.of("W: 503  Service Unavailable")).stumbled())
                .isFalse();
    }

    @Test
    void without_a_complaint_the_status_has_to_do() {
        assertThat(new Apt.Result(3, List.of("nothing")).complaint()).isEqualTo("exit status 3");
    }
}
