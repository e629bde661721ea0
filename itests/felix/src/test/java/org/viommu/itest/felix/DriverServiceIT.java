// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Hashtable;
import java.util.List;
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
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.dma.DmaPort;
import org.viommu.dma.DmaTranslator;
import org.viommu.driver.DmaDirection;
import org.viommu.driver.DmaMapping;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverMemory;
import org.viommu.driver.FlushPolicy;
import org.viommu.driver.GuestIommu;
import org.viommu.driver.IommuDomain;
import org.viommu.driver.ReachableDevice;
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.itest.traffic.Waiting;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.topology.TopologySource;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.InProcessTransport;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;

/** A driver appears as a service when a device can be reached, and goes with it. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class DriverServiceIT {
    private static final String MACHINE = "driven";
    private static final int SIZE = 1 << 20;

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private final GuestMemory memory = new GuestMemory();
    private org.osgi.service.cm.Configuration configuration;
    private ServiceRegistration<TopologySource> topology;
    private VirtioDevice device;
    private ServiceRegistration<ReachableDevice> reachable;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Before
    public void boot() throws Exception {
        memory.add(new MemoryRegion(0, SIZE - 1, true, List.of(ByteBuffer.allocateDirect(SIZE))));
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, MACHINE)));
        configuration = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
        configuration.update(new Hashtable<>(Map.of("machine", MACHINE, "name", "iommu0", "address", "00:01.0")));
        device = new VirtioDevice("driven/iommu0", service(DeviceType.class), new MemoryPlatform() {
            @Override
            public MemoryAccess open() {
                return memory.open();
            }

            @Override
            public boolean translates() {
                return false;
            }
        });
    }

    @After
    public void powerOff() throws Exception {
        device.close();
        configuration.delete();
        Waiting.until(() -> "the device goes", () -> context.getServiceReference(DmaTranslator.class) == null);
        topology.unregister();
    }

    private void reach(DriverMemory own) {
        ReachableDevice way = new ReachableDevice() {
            @Override
            public DriverTransport open() {
                return new InProcessTransport(device);
            }

            @Override
            public DriverMemory memory() {
                return own;
            }
        };
        reachable = context.registerService(
                ReachableDevice.class, way, new Hashtable<>(Map.of(DeviceType.MACHINE, MACHINE)));
    }

    @Test
    public void a_driver_comes_with_its_device_and_goes_with_it() throws Exception {
        reach(new DriverMemory(memory, 0, DriverMemory.USUAL_SIZE - 1));
        GuestIommu iommu = service(GuestIommu.class);
        assertEquals(MACHINE, context.getServiceReference(GuestIommu.class).getProperty(DeviceType.MACHINE));
        IommuDomain domain = iommu.createDomain();
        domain.attach(SampleTopology.ENDPOINT);
        try (DmaPort port = service(DmaTranslator.class).open(SampleTopology.ENDPOINT, memory)) {
            long address;
            try (DmaMapping mapping = domain.dma(FlushPolicy.STRICT, -1L).map(0x80000, 8, DmaDirection.FROM_DEVICE)) {
                address = mapping.address();
                port.putLong(address, 42);
            }
            assertThrows(AccessFault.class, () -> port.putLong(address, 43));
        }
        try (MemoryAccess access = memory.open()) {
            assertEquals(42, access.getLong(0x80000));
        }
        reachable.unregister();
        Waiting.until(() -> "the driver goes", () -> context.getServiceReference(GuestIommu.class) == null);
        assertThrows(DriverException.class, () -> domain.attach(SampleTopology.ENDPOINT));
        assertEquals(0, device.status());
    }

    @Test
    public void a_device_that_cannot_be_driven_has_no_driver() {
        reach(new DriverMemory(memory, 0, 15));
        assertEquals(null, context.getServiceReference(GuestIommu.class));
        reachable.unregister();
    }

    private <T> T service(Class<T> type) throws InterruptedException {
        Waiting.until(() -> type.getSimpleName() + " comes", () -> context.getServiceReference(type) != null);
        ServiceReference<T> reference = context.getServiceReference(type);
        return context.getService(reference);
    }
}
