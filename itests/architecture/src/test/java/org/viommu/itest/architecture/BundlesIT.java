// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.architecture;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds every folder of bundles/ to the plan of the house. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BundlesIT {
    private static final String VFIO_USER = "org.viommu.transport.vfiouser";

    private List<BundleJar> bundles;
    /** Exported package to the bundle that exports it. */
    private Map<String, BundleJar> exporters;

    @BeforeAll
    void read_bundles() throws IOException {
        Path folder = Path.of(System.getProperty("viommu.bundles"));
        try (Stream<Path> paths = Files.list(folder)) {
            bundles = paths.filter(path -> Files.exists(path.resolve("pom.xml")))
                    .sorted()
                    .map(BundlesIT::built)
                    .toList();
        }
        exporters = new TreeMap<>();
        for (BundleJar bundle : bundles) {
            for (String exported : bundle.packages("Export-Package").keySet()) {
                assertThat(exporters.put(exported, bundle))
                        .as("exporters of %s besides %s", exported, bundle)
                        .isNull();
            }
        }
    }

    Stream<BundleJar> bundles() {
        assertThat(bundles).isNotEmpty();
        return bundles.stream();
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void it_lives_on_a_floor(BundleJar bundle) {
        assertThat(bundle.header("Bundle-SymbolicName")).isEqualTo(bundle.name());
        assertThat(Floor.of(bundle.name()))
                .as("the floor of %s in the table of floors", bundle)
                .isPresent();
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void its_imports_point_down(BundleJar bundle) {
        Floor floor = Floor.of(bundle.name()).orElseThrow();
        Map<String, String> imports = ownImports(bundle);
        assertThat(imports)
                .as("what %s (%s) imports, and from where", bundle, floor)
                .allSatisfy((name, exporter) -> assertThat(Floor.of(exporter).filter(floor::mayImport))
                        .as("a floor below %s for %s of %s", floor, name, exporter)
                        .isPresent());
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void its_classes_refer_to_imported_packages_only(BundleJar bundle) {
        Set<String> known = new TreeSet<>(bundle.content());
        known.addAll(ownImports(bundle).keySet());
        assertThat(known).as("own and imported packages of %s", bundle).containsAll(bundle.references());
        assertThat(bundle.manifest()).doesNotContainKeys("DynamicImport-Package", "Require-Bundle", "Fragment-Host");
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void it_contains_packages_of_its_own_name_only(BundleJar bundle) {
        assertThat(bundle.content())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(name + '.').startsWith(bundle.name() + '.'));
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void it_exports_versioned_packages_and_keeps_internal_ones(BundleJar bundle) {
        Set<String> exported = bundle.packages("Export-Package").keySet();
        assertThat(bundle.packages("Export-Package"))
                .allSatisfy((name, attributes) -> assertThat(attributes.getVersion())
                        .as("version of %s", name)
                        .isNotNull());
        for (String name : bundle.content()) {
            boolean internal = (name + '.').contains(".internal.");
            assertThat(exported.contains(name))
                    .as("%s is exported (or is named internal)", name)
                    .isEqualTo(!internal);
        }
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void it_runs_on_Java_17_unless_it_calls_the_operating_system(BundleJar bundle) {
        String level = bundle.name().equals(VFIO_USER) ? "25" : "17";
        assertThat(bundle.header("Require-Capability"))
                .contains("osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=" + level + "))\"");
    }

    /** Imported packages of Viommu to the names of the bundles that export them. */
    private Map<String, String> ownImports(BundleJar bundle) {
        return bundle.packages("Import-Package").keySet().stream()
                .filter(name -> name.startsWith("org.viommu."))
                .filter(name -> !bundle.content().contains(name))
                .collect(toMap(name -> name, name -> exporter(name).name()));
    }

    private BundleJar exporter(String name) {
        assertThat(exporters).as("exported packages").containsKey(name);
        return exporters.get(name);
    }

    private static BundleJar built(Path folder) {
        String name = folder.getFileName().toString();
        Path jar = folder.resolve("target/" + name + '-' + System.getProperty("viommu.version") + ".jar");
        assertThat(jar).as("bundle %s: run 'mvn package' first", name).exists();
        return BundleJar.read(name, jar);
    }
}
