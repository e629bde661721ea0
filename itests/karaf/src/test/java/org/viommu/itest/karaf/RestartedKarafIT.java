// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import javax.inject.Inject;
import org.apache.karaf.features.FeaturesService;
import org.junit.Before;
import org.junit.FixMethodOrder;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.MethodSorters;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerMethod;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.itest.traffic.Machine;
import org.viommu.itest.traffic.WorkingGuest;

/** One Karaf ends while its guest is on, and the next, with the same file, serves what that had mapped. Each method has a Karaf of its own. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerMethod.class)
@FixMethodOrder(MethodSorters.NAME_ASCENDING)
public class RestartedKarafIT {
    @Inject
    private BundleContext context;

    @Inject
    private FeaturesService features;

    @Inject
    private ConfigurationAdmin configurations;

    private Bundle traffic;
    private Path file;
    private Path promised;

    @Configuration
    public Option[] karaf() {
        return new Option[] {KarafContainer.installed()};
    }

    /** Before these are there, no class that knows our types can be loaded: no method, field or lambda here may name one. */
    @Before
    public void installDevice() throws Exception {
        Path folder = Path.of(System.getProperty("viommu.kept"));
        file = folder.resolve("mappings");
        promised = folder.resolve("promised");
        Archive.awaitDeployed(context, features);
        features.installFeature("viommu-core");
        features.installFeature("viommu-driver");
        features.installFeature("viommu-mapping-mvstore");
        // What the machine is made of stays there until Karaf ends, unlike the bundle of this test.
        traffic = context.installBundle(System.getProperty("viommu.traffic"));
        traffic.start();
    }

    @Test
    public void first_a_karaf_ends_while_its_guest_is_on() throws Exception {
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        keepMappings();
        WorkingGuest guest = new WorkingGuest(traffic.getBundleContext(), configurations);
        guest.compareWith("mvstore");
        Files.writeString(promised, guest.end().toString());
    }

    @Test
    public void then_the_next_serves_what_that_had_mapped() throws Exception {
        assertTrue("the former method has been run", Files.exists(promised));
        keepMappings();
        Machine machine = new Machine(traffic.getBundleContext(), configurations);
        machine.awaitStore("mvstore");
        assertEquals(Files.readString(promised), machine.mappings().toString());
        Files.delete(promised);
        machine.powerOff();
    }

    private void keepMappings() throws Exception {
        configurations
                .getConfiguration("org.viommu.mapping.mvstore", "?")
                .update(new Hashtable<>(Map.of("file", file.toString())));
    }
}
