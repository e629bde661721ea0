// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.FrameworkWiring;

/** A device stands on few bundles of the application; all others may be left out. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class LeaveOutIT {
    private static final String IOMMU = "org.viommu.iommu";

    /** Those of this project that belong together; see docs/hosting.md. */
    private static final Set<String> NEEDED = Set.of(
            "org.viommu.configuration",
            "org.viommu.dma",
            "org.viommu.mapping",
            "org.viommu.memory",
            "org.viommu.topology",
            "org.viommu.virtio",
            "org.viommu.virtqueue",
            IOMMU);

    @Inject
    private BundleContext context;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Test
    public void a_device_stands_on_those_bundles_only_that_are_documented() {
        Set<String> standsOn =
                bundles(bundle -> ours(bundle) && dependents(bundle).contains(IOMMU));
        standsOn.add(IOMMU);
        assertEquals(NEEDED, standsOn);
    }

    /** Bundles that have a wire to it, directly or through others. */
    private Set<String> dependents(Bundle bundle) {
        Collection<Bundle> closure =
                context.getBundle(0).adapt(FrameworkWiring.class).getDependencyClosure(List.of(bundle));
        return closure.stream()
                .filter(other -> other != bundle)
                .map(Bundle::getSymbolicName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean ours(Bundle bundle) {
        return bundle.getSymbolicName().startsWith("org.viommu.");
    }

    private Set<String> bundles(Predicate<Bundle> which) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName() != null)
                .filter(which)
                .map(Bundle::getSymbolicName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
