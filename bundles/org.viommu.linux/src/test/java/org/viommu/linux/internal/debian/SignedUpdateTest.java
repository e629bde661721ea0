// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.Narrator;

class SignedUpdateTest {
    private static final String MIRROR = "http://mirror.example/debian";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Path machine;
    private Path keyring;

    @BeforeEach
    void createMachine() throws IOException {
        machine = Files.createDirectory(folder.resolve("machine"));
        keyring = folder.resolve("keyring");
    }

    /** An update with an apt whose signatures are good if the source has a line that {@code good} matches. */
    private Apt.Result update(String good) throws Exception {
        Path program = folder.resolve("apt-get");
        Files.writeString(program, """
                #!/bin/sh
                case "$*" in
                    *--print-uris) echo "'http://a.example/k.deb' debian-archive-keyring_2025.1_all.deb 100 " ;;
                    *update)
                        cp "%1$s/apt/viommu.sources" "%1$s/last" 2>/dev/null
                        grep -q -x '%2$s' "%1$s/apt/viommu.sources" && exit 0
                        echo "  public key is not available: NO_PUBKEY 6ED0E7B82643E131"
                        exit 100 ;;
                esac
                """.formatted(folder, good));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Apt apt = new Apt(
                folder.resolve("apt"), "amd64", name -> folder.resolve(name).toString(), List.of());
        Narrator narrator = new Narrator(new PrintStream(out, true));
        return new SignedUpdate(apt, this::unpack, keyring, narrator, machine).update(MIRROR, "trixie");
    }

    private void unpack(List<Path> debs, Path target) throws IOException {
        assertThat(debs)
                .extracting(Path::getFileName)
                .containsExactly(Path.of("debian-archive-keyring_2025.1_all.deb"));
        createKeyring(target);
    }

    private static Path createKeyring(Path root) throws IOException {
        Path keyrings = Files.createDirectories(root.resolve("usr/share/keyrings"));
        return Files.createFile(keyrings.resolve("debian-archive-keyring.gpg"));
    }

    @Test
    void the_keys_of_the_machine_do_if_they_can() throws Exception {
        Path installed = createKeyring(machine);

        assertThat(update("Signed-By: " + installed).ok()).isTrue();

        assertThat(folder.resolve("last")).content().contains("URIs: " + MIRROR, "trixie trixie-backports");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void keys_that_apt_trusts_come_second() throws Exception {
        createKeyring(machine);

        assertThat(update("Components: main").ok()).isTrue();
        assertThat(update("Suites: none").lacksKey()).isTrue();
    }

    @Test
    void a_newer_keyring_of_the_machine_s_own_sources_comes_last() throws Exception {
        createKeyring(machine);

        Apt.Result result = update("Signed-By: " + keyring.resolve("usr/share/keyrings/debian-archive-keyring.gpg"));

        assertThat(result.ok()).isTrue();
        assertThat(out.toString()).contains("keys of Debian are older than trixie");
    }

    @Test
    void without_a_key_that_fits_there_are_no_lists() throws Exception {
        Apt.Result result = update("nothing");

        assertThat(result.ok()).isFalse();
        assertThat(result.lacksKey()).isTrue();
        assertThat(folder.resolve("last")).content().doesNotContain("trusted=yes", "Trusted");
    }
}
