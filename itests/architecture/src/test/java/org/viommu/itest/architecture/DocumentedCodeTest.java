// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Code that the documentation says it has from a file is there, line by line; links lead somewhere. */
class DocumentedCodeTest {
    private static final Path ROOT =
            Path.of(System.getProperty("viommu.bundles")).resolveSibling("");
    private static final Pattern QUOTED =
            Pattern.compile("<!-- (\\S+[.]java) -->\\n```\\w*\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

    static Stream<Path> documents() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(Stream.of("README.md", "CONTRIBUTING.md").map(ROOT::resolve), files.toList().stream())
                    .filter(file -> file.toString().endsWith(".md"));
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void quoted_code_stands_in_its_file(Path document) throws IOException {
        for (MatchResult quote :
                QUOTED.matcher(Files.readString(document)).results().toList()) {
            assertThat(stripped(Files.readString(ROOT.resolve(quote.group(1)))))
                    .as("%s, quoted in %s", quote.group(1), document)
                    .contains(stripped(quote.group(2)));
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void links_lead_to_files(Path document) throws IOException {
        for (MatchResult link :
                LINK.matcher(Files.readString(document)).results().toList()) {
            assertThat(document.resolveSibling(link.group(1)))
                    .as("linked in %s", document)
                    .exists();
        }
    }

    @Test
    void all_code_about_stores_is_quoted() throws IOException {
        String text = Files.readString(ROOT.resolve("docs/writing-a-store.md"));
        assertThat(QUOTED.matcher(text).results().count())
                .isEqualTo(Pattern.compile("```java").matcher(text).results().count())
                .isPositive();
    }

    private static String stripped(String code) {
        return code.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("\n"));
    }
}
