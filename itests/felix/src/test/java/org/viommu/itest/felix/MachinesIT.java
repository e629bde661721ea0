// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.topology.TopologySource;

/** Several machines in one framework, each from factory configurations of its own, none of which notices another. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class MachinesIT {
    private static final int PAGES = 512;

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private final List<WorkingMachine> machines = new ArrayList<>();
    private ServiceRegistration<TopologySource> topology;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @After
    public void powerOff() throws Exception {
        powerOffAll();
        topology.unregister();
    }

    @Test
    public void two_machines_with_the_same_names_inside_do_not_notice_one_another() throws Exception {
        build(2);
        WorkingMachine first = machines.get(0);
        WorkingMachine second = machines.get(1);
        first.boot(PAGES);
        second.boot(2 * PAGES);
        second.proceed();
        first.configure(Map.of("store.target", "(viommu.store=tree)"));
        first.awaitStore("tree");
        second.awaitStore("radix");
        second.proceed();
        first.compare();
        first.configure(Map.of("granule", "64k"));
        first.awaitGranule(0x10000);
        second.proceed();
        machines.remove(first);
        first.powerOff();
        second.proceed();
        second.compare();
        assertEquals(0x1000, second.snapshot().granule());
    }

    private void powerOffAll() throws Exception {
        for (WorkingMachine machine : machines) {
            machine.powerOff();
        }
        machines.clear();
    }

    private void build(int number) throws Exception {
        String[] names = IntStream.range(0, number).mapToObj(i -> "vm" + i).toArray(String[]::new);
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, names)));
        for (String name : names) {
            machines.add(new WorkingMachine(context, configurations, name));
        }
    }
}
