// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever is of use in Karaf is in a feature. */
class KarafFeaturesIT {
    /** The commands of the launcher, and what serves tests. */
    private static final Set<String> ELSEWHERE = Set.of(
            "org.viommu.conformance",
            "org.viommu.demo",
            "org.viommu.examiner",
            "org.viommu.explain",
            "org.viommu.linux",
            "org.viommu.testkit");

    private static final Pattern OURS = Pattern.compile("mvn:org[.]viommu/(org[.]viommu[.][\\w.]+)/");

    @Test
    void every_bundle_for_karaf_is_in_a_feature() throws IOException {
        Path bundles = Path.of(System.getProperty("viommu.bundles"));
        Set<String> wanted = new TreeSet<>();
        try (Stream<Path> folders = Files.list(bundles)) {
            folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .map(folder -> folder.getFileName().toString())
                    .forEach(wanted::add);
        }
        wanted.removeAll(ELSEWHERE);
        String features = Files.readString(bundles.resolveSibling("features/karaf/src/main/feature/features.xml"));
        assertThat(OURS.matcher(features)
                        .results()
                        .map(result -> result.group(1))
                        .collect(Collectors.toSet()))
                .isEqualTo(wanted);
    }
}
