// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import javax.inject.Inject;
import org.junit.After;
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
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.topology.TopologySource;

/** The store of docs/writing-a-store.md is installed while a guest works, chosen, configured, and uninstalled again. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ExampleStoreIT {
    private static final int PAGES = 20_000;

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private ServiceRegistration<TopologySource> topology;
    private WorkingMachine machine;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Before
    public void boot() throws Exception {
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, "example")));
        machine = new WorkingMachine(context, configurations, "example");
        machine.boot(PAGES);
    }

    @After
    public void powerOff() throws Exception {
        machine.powerOff();
        topology.unregister();
    }

    @Test
    public void a_strangers_store_is_swapped_in_and_out_under_load() throws Exception {
        machine.awaitStore("radix");
        machine.proceed();
        Bundle example = context.installBundle(
                Path.of(System.getProperty("viommu.example")).toUri().toString());
        example.start();
        machine.awaitStore("skiplist");
        machine.proceed();
        machine.configure(Map.of("store.target", "(&(viommu.store=*)(!(viommu.store=skiplist)))"));
        machine.awaitStore("radix");
        machine.proceed();
        machine.configure(Map.of("store.target", "(&(bytes.per.mapping=200)(durable=false))"));
        machine.awaitStore("skiplist");
        machine.proceed();
        example.uninstall();
        machine.awaitStore("resident");
        machine.proceed();
        machine.configure(Map.of());
        machine.awaitStore("radix");
        machine.compare();
    }
}
