// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Narrator;

/**
 * Fetches package lists with the first keys that vouch for them: Debian's keyring of this machine, then the keys that
 * the machine's apt trusts, then the newest keyring that the machine's own sources hold, which an older release needs
 * for the archives of a newer one. The last is as safe as an upgrade of the machine: the machine's keys sign it.
 */
final class SignedUpdate {
    private static final String KEYRING_PACKAGE = "debian-archive-keyring";

    private final Apt apt;
    private final DebUnpacker unpacker;
    private final Path keyring;
    private final Narrator narrator;
    private final Path machine;

    /**
     * Fetches nothing yet.
     *
     * @param keyring the folder to unpack a newer keyring into
     * @param machine where this machine's files begin
     */
    SignedUpdate(Apt apt, DebUnpacker unpacker, Path keyring, Narrator narrator, Path machine) {
        this.apt = apt;
        this.unpacker = unpacker;
        this.keyring = keyring;
        this.narrator = narrator;
        this.machine = machine;
    }

    /** Fetches the lists of {@code release} and of its backports from {@code mirror}. */
    Apt.Result update(String mirror, String release) throws CannotRun, IOException, InterruptedException {
        Optional<Path> installed = Keyring.below(machine);
        Apt.Result result = update(mirror, release, installed);
        if (result.lacksKey() && installed.isPresent()) {
            result = update(mirror, release, Optional.empty());
        }
        if (result.lacksKey()) {
            narrator.say(
                    "this machine's keys of Debian are older than %s: looking for newer ones in its sources", release);
            Optional<Path> fetched = fetchKeyring();
            if (fetched.isPresent()) {
                result = update(mirror, release, fetched);
            }
        }
        return result;
    }

    private Apt.Result update(String mirror, String release, Optional<Path> keys)
            throws CannotRun, IOException, InterruptedException {
        StringBuilder source = new StringBuilder("""
                Types: deb
                URIs: %1$s
                Suites: %2$s %2$s-backports
                Components: main
                """.formatted(mirror, release));
        keys.ifPresent(path -> source.append("Signed-By: ").append(path).append('\n'));
        apt.useSource(source.toString());
        return apt.fetch(narrator, percent -> {}, "apt-get", "update");
    }

    private Optional<Path> fetchKeyring() throws CannotRun, IOException, InterruptedException {
        apt.useMachineSources();
        apt.fetch(narrator, percent -> {}, "apt-get", "update");
        List<Deb> plan = apt.run("apt-get", "download", KEYRING_PACKAGE, "--print-uris").output().stream()
                .map(Deb::parse)
                .flatMap(Optional::stream)
                .toList();
        if (plan.isEmpty()
                || !apt.fetch(narrator, percent -> {}, "apt-get", "download", KEYRING_PACKAGE)
                        .ok()) {
            return Optional.empty();
        }
        Files.createDirectories(keyring);
        unpacker.unpack(List.of(apt.archives().resolve(plan.get(0).file())), keyring);
        return Keyring.below(keyring);
    }
}
