// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A package file that apt would fetch.
 *
 * @param name the package's name
 * @param version its version, epoch included
 * @param file the file's name in apt's folder
 * @param size its bytes
 */
public record Deb(String name, String version, String file, long size) {
    private static final Pattern PRINTED = Pattern.compile("'[^']+' (([^_ ]+)_([^_ ]+)_[^_ ]+\\.deb) (\\d+)\\b.*");

    /** Reads a line of {@code apt-get --print-uris}: {@code 'address' name_version_architecture.deb size hash}. */
    static Optional<Deb> parse(String line) {
        Matcher matcher = PRINTED.matcher(line);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        // apt writes the colon after an epoch as %3a, since a file name should not hold one.
        String version = matcher.group(3).replace("%3a", ":");
        return Optional.of(new Deb(matcher.group(2), version, matcher.group(1), Long.parseLong(matcher.group(4))));
    }
}
