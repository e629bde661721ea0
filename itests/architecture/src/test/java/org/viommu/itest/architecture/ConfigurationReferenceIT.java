// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The table of all configurations in docs/configuration.md is what the bundles say to metatype. With the system property {@code viommu.write} it is written
 * anew.
 */
class ConfigurationReferenceIT {
    private static final String MARK = "<!-- Written by ConfigurationReferenceIT. -->\n\n";
    private static final Path BUNDLES = Path.of(System.getProperty("viommu.bundles"));
    private static final Path DOCUMENT = BUNDLES.resolveSibling("docs/configuration.md");
    private static final Pattern CONFIGURED = Pattern.compile("configuration-pid=\"([^\"]+)\"");

    private final MetatypeReference reference = new MetatypeReference();
    private final Set<String> configured = new TreeSet<>();

    @BeforeEach
    void read_bundles() throws IOException {
        try (Stream<Path> folders = Files.list(BUNDLES)) {
            for (Path folder : folders.filter(path -> Files.exists(path.resolve("pom.xml")))
                    .toList()) {
                String name = folder.getFileName().toString();
                reference.add(folder.resolve("target/" + name + '-' + System.getProperty("viommu.version") + ".jar"));
                readComponents(folder.resolve("target/classes/OSGI-INF"));
            }
        }
    }

    @Test
    void every_component_with_a_configuration_describes_it() {
        assertThat(reference.pids()).containsExactlyElementsOf(configured);
    }

    @Test
    void the_table_in_the_documentation_has_every_key_and_no_other() throws IOException {
        String document = Files.readString(DOCUMENT);
        int begin = document.indexOf(MARK) + MARK.length();
        assertThat(document).contains(MARK);
        if (Boolean.getBoolean("viommu.write")) {
            Files.writeString(DOCUMENT, document.substring(0, begin) + reference.markdown());
        }
        assertThat(Files.readString(DOCUMENT).substring(begin))
                .as("the table in %s; -Dviommu.write=true writes it", DOCUMENT)
                .isEqualTo(reference.markdown());
    }

    private void readComponents(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> components = Files.list(folder)) {
                for (Path component : components
                        .filter(path -> path.toString().endsWith(".xml"))
                        .toList()) {
                    CONFIGURED
                            .matcher(Files.readString(component))
                            .results()
                            .map((MatchResult result) -> result.group(1))
                            .forEach(configured::add);
                }
            }
        }
    }
}
