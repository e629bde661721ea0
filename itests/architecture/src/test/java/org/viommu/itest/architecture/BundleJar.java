// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.architecture;

import aQute.bnd.header.Attrs;
import aQute.bnd.header.Parameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/**
 * A built bundle: what its manifest declares and what its class files are.
 *
 * @param name its folder, which has to be its symbolic name
 * @param manifest the main attributes
 * @param content the packages that it has classes in
 * @param references the packages of Viommu that its classes refer to
 */
record BundleJar(String name, Map<String, String> manifest, Set<String> content, Set<String> references) {
    /** The package of a class of Viommu, whose name stands alone, in a descriptor or in a signature. */
    private static final Pattern PACKAGE = Pattern.compile("org/viommu(?:/[a-z0-9]+)*(?=/[A-Z])");

    static BundleJar read(String name, Path jar) {
        Map<String, String> manifest = new TreeMap<>();
        Set<String> content = new TreeSet<>();
        Set<String> references = new TreeSet<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            file.getManifest().getMainAttributes().forEach((key, value) -> manifest.put("" + key, "" + value));
            for (JarEntry entry : file.stream().toList()) {
                String path = entry.getName();
                if (path.endsWith(".class")) {
                    content.add(dotted(path.substring(0, path.lastIndexOf('/'))));
                    addReferences(file.getInputStream(entry).readAllBytes(), references);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + jar, e);
        }
        return new BundleJar(name, manifest, content, references);
    }

    String header(String key) {
        return manifest.getOrDefault(key, "");
    }

    /** Package to attributes, of Import-Package or Export-Package. */
    Map<String, Attrs> packages(String header) {
        return new Parameters(header(header));
    }

    @Override
    public String toString() {
        return name;
    }

    private static void addReferences(byte[] classFile, Set<String> references) {
        for (var entry : ClassFile.of().parse(classFile).constantPool()) {
            if (entry instanceof Utf8Entry text) {
                PACKAGE.matcher(text.stringValue()).results().forEach(match -> references.add(dotted(match.group())));
            }
        }
    }

    private static String dotted(String path) {
        return path.replace('/', '.');
    }
}
