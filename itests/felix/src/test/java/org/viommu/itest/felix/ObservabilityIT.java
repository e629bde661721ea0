// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
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
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;
import org.viommu.dma.DmaPort;
import org.viommu.dma.DmaTranslator;
import org.viommu.iommu.IommuStatus;
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.itest.traffic.TestGuest;
import org.viommu.itest.traffic.Waiting;
import org.viommu.metrics.Metrics;
import org.viommu.topology.TopologySource;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.iommu.MapFlags;

/** What the application lets others see from outside: metrics in three ways, and the trace in a flight recording. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ObservabilityIT {
    private static final String MACHINE = "observed";
    private static final String OURS = "(viommu.machine=" + MACHINE + ")";

    /** No connection begins at this address, so that the kernel gives none of its ports away once one was found to be free. */
    private static final String HOST = "127.0.0.90";

    private static final String MAPPED =
            "viommu_requests_total{device=\"observed/iommu0\",type=\"map\",status=\"ok\"} 1\n";

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private org.osgi.service.cm.Configuration configuration;
    private ServiceRegistration<TopologySource> topology;
    private TestGuest guest;
    private DmaPort port;

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
        guest = new TestGuest(service(DeviceType.class, OURS));
        port = service(DmaTranslator.class, OURS).open(SampleTopology.ENDPOINT, guest.memory());
    }

    @After
    public void powerOff() throws Exception {
        port.close();
        guest.close();
        configuration.delete();
        Waiting.until(() -> "the device goes", () -> context.getServiceReference(IommuStatus.class) == null);
        topology.unregister();
    }

    @Test
    public void metrics_are_served_to_prometheus_while_that_is_configured() throws Exception {
        work();
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            free = socket.getLocalPort();
        }
        assertFalse("off by default", listening(free));
        org.osgi.service.cm.Configuration endpoint =
                configurations.getConfiguration("org.viommu.metrics.prometheus", "?");
        endpoint.update(new Hashtable<>(Map.of("host", HOST, "port", free)));
        Waiting.until(() -> "the endpoint is there", () -> listening(free));
        assertTrue(scraped(free), scraped(free).contains(MAPPED));
        endpoint.delete();
        Waiting.until(() -> "the endpoint goes", () -> !listening(free));
        assertEquals(
                1,
                service(Metrics.class, "(objectClass=*)").snapshot().stream()
                        .filter(it -> it.name().equals("viommu_translations_total"))
                        .flatMap(it -> it.samples().stream())
                        .mapToLong(it -> (long) it.value())
                        .sum());
    }

    @Test
    public void JMX_shows_a_device_for_as_long_as_it_is_there() throws Exception {
        work();
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("org.viommu:type=Iommu,machine=\"observed\",name=\"iommu0\"");
        Waiting.until(() -> "the bean is there", () -> server.isRegistered(name));
        assertEquals(1L, server.getAttribute(name, "Translations"));
        assertEquals("radix", server.getAttribute(name, "Store"));
        configuration.delete();
        Waiting.until(() -> "the bean goes", () -> !server.isRegistered(name));
        configuration = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
    }

    @Test
    public void a_flight_recording_has_the_trace() throws Exception {
        Path file = Files.createTempFile("trace", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable("org.viommu.Trace");
            recording.start();
            work();
            // What happens is written by another thread.
            Waiting.until(
                    () -> "the trace is in the recording",
                    () -> recorded(recording, file)
                            .contains(
                                    "virtio_iommu_map domain=9 virt_start=0x10000 virt_end=0x10fff phys_start=0x1000 flags=1"));
        }
        Files.delete(file);
    }

    private static List<String> recorded(Recording recording, Path file) {
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(it -> it.getEventType().getName().equals("org.viommu.Trace"))
                    .map(it -> it.getString("event") + " " + it.getString("fields"))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void work() throws Exception {
        guest.driver().attach(9, SampleTopology.ENDPOINT, 0);
        guest.driver().map(9, 0x10000, 0x10fff, 0x1000, MapFlags.READ);
        port.getLong(0x10000);
    }

    private static boolean listening(int free) {
        try (Socket socket = new Socket(HOST, free)) {
            return socket.isConnected();
        } catch (SocketException e) {
            // Nobody is there, or nobody any more.
            return false;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String scraped(int free) throws IOException {
        try (var input =
                URI.create("http://" + HOST + ":" + free + "/metrics").toURL().openStream()) {
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private <T> T service(Class<T> type, String properties) throws Exception {
        String filter = "(&(objectClass=" + type.getName() + ")" + properties + ")";
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context, context.createFilter(filter), null);
        tracker.open();
        T service = tracker.waitForService(Waiting.PATIENCE_MILLIS);
        if (service == null) {
            throw new AssertionError("no service " + filter);
        }
        return service;
    }
}
