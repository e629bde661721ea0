// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import static org.junit.Assert.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.itest.traffic.WorkingGuest;

/** Features that have worked leave nothing behind. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class UninstallIT {
    @Inject
    private BundleContext context;

    @Inject
    private FeaturesService features;

    @Inject
    private ConfigurationAdmin configurations;

    @Configuration
    public Option[] karaf() {
        return new Option[] {KarafContainer.installed()};
    }

    /** Before these are there, no class that knows our types can be loaded: no method, field or lambda here may name one. */
    @Before
    public void installDevice() throws Exception {
        Archive.awaitDeployed(features);
        features.installFeature("viommu-core");
        features.installFeature("viommu-driver");
        context.installBundle(System.getProperty("viommu.traffic")).start();
    }

    @Test
    public void what_has_worked_is_uninstalled_without_a_trace() throws Exception {
        WorkingGuest guest = new WorkingGuest(context, configurations);
        guest.end();
        guest.powerOff();
        context.installBundle(System.getProperty("viommu.traffic")).uninstall();
        for (Feature feature : features.listInstalledFeatures()) {
            if (feature.getName().startsWith("viommu")) {
                features.uninstallFeature(feature.getName());
            }
        }
        assertEquals(
                List.of(),
                Stream.of(context.getBundles())
                        .map(bundle -> String.valueOf(bundle.getSymbolicName()))
                        .filter(name -> name.startsWith("org.viommu."))
                        .toList());
        assertEquals(
                List.of(),
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("viommu-"))
                        .toList());
    }
}
