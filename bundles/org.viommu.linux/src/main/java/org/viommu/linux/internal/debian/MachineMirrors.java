// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The archives that the machine's apt fetches from, as it tells itself: no format of its configuration is read here. */
final class MachineMirrors {
    private static final Pattern LIST = Pattern.compile("'(.+)/dists/([^/' ]+)/main/binary-[^/' ]+/Packages[^' ]*' .*");

    private MachineMirrors() {}

    /**
     * Finds archives that may hold a release of Debian, likeliest first, in the output of
     * {@code apt-get update --print-uris}.
     *
     * @param printed its lines
     * @param release the release wanted
     */
    static List<String> find(List<String> printed, String release) {
        record Candidate(String mirror, String suite) {}
        List<Candidate> candidates = new ArrayList<>();
        for (String line : printed) {
            Matcher matcher = LIST.matcher(line);
            // trixie-security and the like are archives of their own or parts of one that is named anyway.
            if (matcher.matches() && !matcher.group(2).contains("-")) {
                candidates.add(new Candidate(matcher.group(1), matcher.group(2)));
            }
        }
        candidates.sort(Comparator.comparing(candidate -> !candidate.suite().equals(release)));
        return List.copyOf(
                new LinkedHashSet<>(candidates.stream().map(Candidate::mirror).toList()));
    }
}
