// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Debian's public keys as files below some root. */
final class Keyring {
    private Keyring() {}

    /** The keyring of the package debian-archive-keyring, if that is installed or unpacked at {@code root}. */
    static Optional<Path> below(Path root) {
        return Stream.of("debian-archive-keyring.pgp", "debian-archive-keyring.gpg")
                .map(root.resolve("usr/share/keyrings")::resolve)
                .filter(Files::isReadable)
                .findFirst();
    }
}
