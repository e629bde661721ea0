// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import java.util.Hashtable;
import java.util.Map;
import javax.inject.Inject;
import org.apache.karaf.features.FeaturesService;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.itest.traffic.WorkingGuest;

/** The durable store comes and goes in Karaf, by feature and by configuration, while a guest works. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class DurableStoreIT {
    private static final String DURABLE = "viommu-mapping-mvstore";
    private static final String RADIX = "viommu-mapping-radix";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

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
        Archive.awaitDeployed(context, features);
        features.installFeature("viommu-core");
        features.installFeature("viommu-driver");
        context.installBundle(System.getProperty("viommu.traffic")).start();
    }

    @Test
    public void it_takes_over_and_gives_back() throws Exception {
        org.osgi.service.cm.Configuration durable = configurations.getConfiguration("org.viommu.mapping.mvstore", "?");
        durable.update(new Hashtable<>(
                Map.of("file", folder.getRoot().toPath().resolve("store").toString())));
        WorkingGuest guest = new WorkingGuest(context, configurations);
        try {
            features.installFeature(DURABLE);
            guest.compareWith("mvstore");
            features.uninstallFeature(DURABLE);
            guest.compareWith("resident");
            features.installFeature(RADIX);
            guest.compareWith("radix");
            features.installFeature(DURABLE);
            guest.compareWith("mvstore");
            durable.delete();
            guest.compareWith("radix");
            guest.end();
        } finally {
            guest.powerOff();
            features.uninstallFeature(DURABLE);
            features.uninstallFeature(RADIX);
        }
    }
}
