// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.osgi.framework.BundleActivator;

/** Writes a bundle of a test for the application in a process of its own. */
final class SubjectBundle {
    private SubjectBundle() {}

    /**
     * Writes one.
     *
     * @param file where to
     * @param activator of this package, which comes with its nested classes
     * @param imports packages
     * @param libraries jars that it has inside, so that it needs no bundles for them
     */
    static void write(Path file, Class<? extends BundleActivator> activator, String imports, Path... libraries)
            throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Bundle-ManifestVersion", "2");
        attributes.putValue("Bundle-SymbolicName", "test.subject");
        attributes.putValue("Bundle-Activator", activator.getName());
        attributes.putValue("Import-Package", imports);
        List<String> classPath = new ArrayList<>(List.of("."));
        Stream.of(libraries).forEach(it -> classPath.add(it.getFileName().toString()));
        attributes.putValue("Bundle-ClassPath", String.join(",", classPath));
        Path classes = Path.of(activator
                        .getResource(activator.getSimpleName() + ".class")
                        .getPath())
                .getParent();
        try (OutputStream bytes = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(bytes, manifest);
                Stream<Path> paths = Files.list(classes)) {
            for (Path path : paths.toList()) {
                String name = path.getFileName().toString();
                if (name.startsWith(activator.getSimpleName())) {
                    put(jar, activator.getPackageName().replace('.', '/') + "/" + name, path);
                }
            }
            for (Path library : libraries) {
                put(jar, library.getFileName().toString(), library);
            }
        }
    }

    private static void put(JarOutputStream jar, String name, Path content) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        Files.copy(content, jar);
    }
}
