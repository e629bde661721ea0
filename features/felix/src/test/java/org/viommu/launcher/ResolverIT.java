// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.header.Parameters;
import aQute.bnd.osgi.Constants;
import aQute.bnd.osgi.Jar;
import aQute.bnd.repository.fileset.FileSetRepository;
import biz.aQute.resolve.Bndrun;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The application is what bnd's resolver makes of its requirements: nothing is missing, and nothing is there that nobody asks for. */
class ResolverIT {
    private static final Path APPLICATION = Path.of(System.getProperty("viommu.application"));
    private static final Path RUN = Path.of("viommu.bndrun");

    @Test
    void the_resolver_assembles_what_is_shipped() throws Exception {
        assertThat(resolved(List.of())).isEqualTo(shipped());
    }

    @Test
    void a_device_needs_little_more_than_its_contracts() throws Exception {
        assertThat(resolved(List.of("org.viommu.iommu", "org.apache.felix.configadmin")))
                .filteredOn(name -> name.startsWith("org.viommu."))
                .containsExactlyInAnyOrder(
                        "org.viommu.configuration",
                        "org.viommu.dma",
                        "org.viommu.iommu",
                        "org.viommu.mapping",
                        "org.viommu.memory",
                        "org.viommu.topology",
                        "org.viommu.virtio",
                        "org.viommu.virtqueue");
    }

    /** What the run's requirements come to, or those of some bundles in their place. */
    private static Set<String> resolved(List<String> instead) throws Exception {
        try (Bndrun run = Bndrun.createBndrun(null, RUN.toFile())) {
            if (!instead.isEmpty()) {
                run.setProperty(
                        Constants.RUNREQUIRES,
                        String.join(
                                ",",
                                instead.stream()
                                        .map("bnd.identity;id='%s'"::formatted)
                                        .toList()));
            }
            run.getWorkspace().addBasicPlugin(new FileSetRepository("built", built()));
            String bundles = run.resolve(false, false);
            assertThat(run.getErrors()).isEmpty();
            return new TreeSet<>(new Parameters(bundles).keySet());
        }
    }

    private static Set<String> shipped() throws Exception {
        Set<String> names = new TreeSet<>();
        for (File file : jars(APPLICATION.resolve("bundle"))) {
            try (Jar jar = new Jar(file)) {
                names.add(jar.getBsn());
            }
        }
        return names;
    }

    private static List<File> built() throws IOException {
        List<File> files = new ArrayList<>(jars(APPLICATION.resolve("bundle")));
        files.add(APPLICATION.resolve("lib/org.apache.felix.framework.jar").toFile());
        return files;
    }

    private static List<File> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(Path::toFile).toList();
        }
    }
}
