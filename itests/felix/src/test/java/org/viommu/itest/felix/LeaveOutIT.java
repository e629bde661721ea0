// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A device stands on few bundles of the application; all others may be left out, and taken away at any time. */
public class LeaveOutIT {
    /** Those of this project that belong together; see docs/hosting.md. */
    private static final Set<String> NEEDED = Set.of(
            "org.viommu.configuration",
            "org.viommu.dma",
            "org.viommu.iommu",
            "org.viommu.mapping",
            "org.viommu.memory",
            "org.viommu.topology",
            "org.viommu.virtio",
            "org.viommu.virtqueue");

    /** What those stand on: Declarative Services with the contracts that it uses, Configuration Admin, and a logging interface. */
    private static final Set<String> FOUNDATION = Set.of(
            "org.apache.felix.configadmin",
            "org.apache.felix.scr",
            "org.ops4j.pax.logging.pax-logging-api",
            "org.osgi.service.component",
            "org.osgi.util.function",
            "org.osgi.util.promise");

    /** What Declarative Services uses if it is there, so that it begins anew when that is taken away. */
    private static final Set<String> LEFT_OUT_FROM_THE_BEGINNING =
            Set.of("org.apache.felix.gogo.runtime", "org.apache.felix.metatype");

    /** Packages of those that are needed, and of no others. */
    private static final String IMPORTS = "org.osgi.framework,org.osgi.framework.wiring,org.osgi.service.cm,"
            + "org.osgi.util.tracker,org.slf4j,org.viommu.dma,org.viommu.iommu,org.viommu.memory,org.viommu.topology,"
            + "org.viommu.virtio,org.viommu.virtio.iommu,org.viommu.virtqueue";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path bundles;
    private Set<String> optional;

    @Before
    public void copyApplication() throws IOException {
        Path application = folder.getRoot().toPath().resolve("viommu");
        copy(Path.of(System.getProperty("viommu.application")), application);
        bundles = application.resolve("bundle");
        optional = new TreeSet<>(names().keySet());
        optional.removeAll(NEEDED);
        optional.removeAll(FOUNDATION);
        // The guest has the driver inside, as it may be left out too.
        SubjectBundle.write(
                bundles.resolve("subject.jar"),
                LeaveOutSubject.class,
                IMPORTS,
                bundles.resolve("org.viommu.driver.jar"),
                Path.of(System.getProperty("viommu.traffic")));
    }

    @Test
    public void what_is_not_needed_is_taken_away_under_load_and_no_device_notices() throws Exception {
        optional.removeAll(LEFT_OUT_FROM_THE_BEGINNING);
        assertEquals(optional, new TreeSet<>(leftOut()));
    }

    @Test
    public void a_device_works_where_only_that_is_there_which_is_needed() throws Exception {
        Map<String, Path> names = names();
        for (String name : optional) {
            Files.delete(names.get(name));
        }
        assertEquals(List.of(), leftOut());
    }

    /** What {@link LeaveOutSubject} says to have taken away. */
    private List<String> leftOut() throws Exception {
        Path errors = folder.newFile().toPath();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djava.io.tmpdir=" + folder.getRoot(),
                        "-jar",
                        bundles.resolveSibling("lib/launcher.jar").toString(),
                        "leave-out")
                .redirectError(errors.toFile())
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(Files.readString(errors), 0, process.waitFor());
        return output.lines()
                .filter(it -> it.startsWith(LeaveOutSubject.SAID))
                .map(it -> it.substring(LeaveOutSubject.SAID.length()))
                .toList();
    }

    /** The bundles that are there, by name. */
    private Map<String, Path> names() throws IOException {
        Map<String, Path> names = new TreeMap<>();
        try (Stream<Path> jars = Files.list(bundles)) {
            for (Path path : jars.toList()) {
                try (JarFile jar = new JarFile(path.toFile())) {
                    Attributes attributes = jar.getManifest().getMainAttributes();
                    names.put(attributes.getValue("Bundle-SymbolicName").replaceFirst(";.*", ""), path);
                }
            }
        }
        return names;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }
}
