// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.karaf.features.FeaturesService;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** What an operator of Karaf sees of the features: they install, they say why they do not, and they go without a trace. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class FeaturesIT {
    private static final String VFIO_USER = "viommu-vfio-user";

    @Inject
    private BundleContext context;

    @Inject
    private FeaturesService features;

    @Configuration
    public Option[] karaf() {
        return new Option[] {KarafContainer.installed()};
    }

    @Before
    public void awaitArchive() throws Exception {
        Archive.awaitDeployed(context, features);
    }

    @Test
    public void an_archive_in_the_deploy_folder_installs_nothing_by_itself() {
        assertEquals(Set.of(), ours());
    }

    @Test
    public void each_feature_brings_what_it_needs_and_goes_again() throws Exception {
        List<String> names = Archive.names(Stream.of(features.listFeatures()));
        assertTrue("core and the whole among " + names, names.containsAll(List.of("viommu-core", "viommu")));
        for (String name : names) {
            if (!name.equals(VFIO_USER)) {
                features.installFeature(name);
                assertTrue("bundles of " + name, ours().contains("org.viommu.iommu"));
                assertEquals("bundles of " + name + " that do not work", Set.of(), idle());
                features.uninstallFeature(name);
                assertEquals("what stays of " + name, Set.of(), ours());
            }
        }
        assertEquals("features that stay", List.of(), Archive.names(Stream.of(features.listInstalledFeatures())));
    }

    @Test
    public void the_documentation_names_each_feature() throws Exception {
        String hosting = Files.readString(Path.of(URI.create(System.getProperty("viommu.hosting"))));
        Set<String> documented = Pattern.compile("`(viommu(?:-[a-z]+)*)`")
                .matcher(hosting)
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(Archive.names(Stream.of(features.listFeatures()))), documented);
    }

    @Test
    public void vfio_user_says_that_it_needs_java_25() {
        Exception refusal = assertThrows(Exception.class, () -> features.installFeature(VFIO_USER));
        assertTrue(refusal.getMessage(), refusal.getMessage().contains("org.viommu.transport.vfiouser"));
        assertTrue(refusal.getMessage(), refusal.getMessage().contains("(&(osgi.ee=JavaSE)(version=25))"));
        assertEquals(Set.of(), ours());
    }

    private Set<String> ours() {
        return bundles(bundle -> true);
    }

    private Set<String> idle() {
        return bundles(bundle -> bundle.getState() != Bundle.ACTIVE);
    }

    private Set<String> bundles(Predicate<Bundle> which) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> String.valueOf(bundle.getSymbolicName()).startsWith("org.viommu."))
                .filter(which)
                .map(Bundle::getSymbolicName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
