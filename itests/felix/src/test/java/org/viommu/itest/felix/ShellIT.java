// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;
import org.viommu.dma.DmaPort;
import org.viommu.dma.DmaTranslator;
import org.viommu.iommu.IommuStatus;
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.itest.traffic.TestGuest;
import org.viommu.itest.traffic.Traffic;
import org.viommu.itest.traffic.Waiting;
import org.viommu.topology.TopologySource;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.iommu.MapFlags;

/** The shell's commands in the application, against a device with traffic. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ShellIT {
    private static final String MACHINE = "shell";

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private org.osgi.service.cm.Configuration configuration;
    private ServiceRegistration<TopologySource> topology;
    private TestGuest guest;
    private DmaPort port;
    private CommandSession session;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Before
    public void boot() throws Exception {
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, MACHINE)));
        configuration = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
        configuration.update(new Hashtable<>(Map.of("machine", MACHINE, "name", "iommu0", "address", "00:01.0")));
        guest = new TestGuest(service(DeviceType.class, "(viommu.machine=" + MACHINE + ")"));
        port = service(DmaTranslator.class, "(viommu.machine=" + MACHINE + ")")
                .open(SampleTopology.ENDPOINT, guest.memory());
        // It comes after the device.
        service(IommuStatus.class, "(viommu.machine=" + MACHINE + ")");
        for (String command : List.of("status", "swap", "why", "trace", "mappings", "endpoints", "queue-status")) {
            service(Object.class, "(&(osgi.command.scope=viommu)(osgi.command.function=" + command + "))");
        }
        session = service(CommandProcessor.class, "(objectClass=*)")
                .createSession(new ByteArrayInputStream(new byte[0]), printed, printed);
    }

    @After
    public void powerOff() throws Exception {
        session.close();
        port.close();
        guest.close();
        configuration.delete();
        Waiting.until(() -> "the device goes", () -> context.getServiceReference(IommuStatus.class) == null);
        topology.unregister();
    }

    @Test
    public void a_store_is_swapped_under_load_and_the_device_stays() throws Exception {
        ServiceReference<IommuStatus> device = context.getServiceReference(IommuStatus.class);
        Traffic traffic = new Traffic(guest, port);
        try {
            for (String store : List.of("resident", "best", "resident", "radix")) {
                traffic.proceed();
                shown("viommu:swap " + store);
                traffic.proceed();
                String name = store.equals("best") ? "radix" : store;
                assertTrue(shown("viommu:status"), shown("viommu:status").contains(" " + name + " "));
                assertTrue(
                        shown("viommu:stores"), shown("viommu:stores").matches("(?s).*" + name + " .*shell/iommu0.*"));
            }
            traffic.end();
        } finally {
            traffic.stop();
        }
        assertEquals("the device was not restarted", device, context.getServiceReference(IommuStatus.class));
        assertEquals("no DMA was refused", 0, guest.faults());
        assertEquals(
                traffic.oracle().size(),
                shown("viommu:mappings -n 1000000 " + Traffic.DOMAIN).lines().count() - 1);
    }

    @Test
    public void a_trace_shows_what_happens_while_it_is_on() throws Exception {
        assertTrue(shown("viommu:trace show"), shown("viommu:trace show").startsWith("the trace is off"));
        shown("viommu:trace -d shell/iommu0 on");
        guest.driver().attach(9, SampleTopology.ENDPOINT, 0);
        guest.driver().map(9, 0x10000, 0x10fff, 0x1000, MapFlags.READ);
        port.getLong(0x10000);
        guest.driver().unmap(9, 0x10000, 0x10fff);
        for (String event : List.of("attach", "map", "translate", "translate_out", "unmap", "unmap_done")) {
            Waiting.until(() -> event, () -> shownNow("viommu:trace show").contains(" virtio_iommu_" + event + " "));
        }
        shown("viommu:trace off");
        assertTrue(shown("viommu:trace show"), shown("viommu:trace show").startsWith("the trace is off"));
    }

    @Test
    public void an_unknown_store_is_named_with_those_there_are() {
        try {
            shown("viommu:swap btree");
        } catch (Exception e) {
            assertTrue(e.toString(), e.getMessage().startsWith("STORE: 'btree': there are radix, "));
            return;
        }
        throw new AssertionError("accepted");
    }

    @Test
    public void commands_tell_of_each_parameter() throws Exception {
        String help = shown("viommu:mappings --help");
        for (String part : List.of("the mappings of a domain", "-n, --limit", "1 to 1000000", "DOMAIN", "--json")) {
            assertTrue(part + " in " + help, help.contains(part));
        }
        assertTrue(
                shown("viommu:queue-status --help"),
                shown("viommu:queue-status --help").contains("-f, --function"));
    }

    @Test
    public void what_commands_give_can_be_piped_and_walked_through() throws Exception {
        guest.driver().attach(Traffic.DOMAIN, SampleTopology.ENDPOINT, 0);
        for (int page = 0; page < 4; page++) {
            guest.driver().map(Traffic.DOMAIN, page * 0x1000L, page * 0x1000L + 0xfff, page * 0x1000L, 1);
        }
        String lines = printed("viommu:mappings " + Traffic.DOMAIN + " | grep 0x2fff");
        assertTrue(lines, lines.matches("0x2000 +0x2fff +0x2000 +r--\\R"));
        Object walked = session.execute("each (viommu:endpoints) { viommu:translate ($it endpoint) 0x1000 }");
        assertTrue(walked.toString(), walked.toString().contains("mapped"));
        assertEquals(
                "[0x10]",
                session.execute("each (viommu:endpoints) { $it endpoint }").toString());
    }

    @Test
    public void why_names_the_wrong_value_of_a_configuration() throws Exception {
        org.osgi.service.cm.Configuration wrong = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
        wrong.update(new Hashtable<>(Map.of("machine", "wrong", "granule", "5k")));
        try {
            Waiting.until(
                    () -> "granule, now " + why(),
                    () -> why().matches("(?s).*org.viommu.iommu wrong.*org.viommu.iommu: granule.*5k.*"));
        } finally {
            wrong.delete();
        }
    }

    private String why() {
        return shownNow("viommu:why");
    }

    private String shownNow(String command) {
        try {
            return shown(command);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private String printed(String command) throws Exception {
        printed.reset();
        session.execute(command);
        return printed.toString(StandardCharsets.UTF_8);
    }

    private String shown(String command) throws Exception {
        return session.execute(command).toString();
    }

    private <T> T service(Class<T> type, String properties) throws Exception {
        String filter = type == Object.class ? properties : "(&(objectClass=" + type.getName() + ")" + properties + ")";
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context, context.createFilter(filter), null);
        tracker.open();
        T service = tracker.waitForService(Waiting.PATIENCE_MILLIS);
        if (service == null) {
            throw new AssertionError("no service " + filter);
        }
        return service;
    }
}
