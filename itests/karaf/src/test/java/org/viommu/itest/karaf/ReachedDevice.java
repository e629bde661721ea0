// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertThrows;

import java.nio.ByteBuffer;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverMemory;
import org.viommu.driver.GuestIommu;
import org.viommu.driver.IommuDomain;
import org.viommu.driver.ReachableDevice;
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.itest.traffic.Waiting;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.topology.TopologySource;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.InProcessTransport;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;

/** A configured IOMMU that the driver's bundle is told how to reach. */
final class ReachedDevice {
    private static final String MACHINE = "driven";
    private static final int SIZE = 1 << 20;

    private final BundleContext context;
    private final GuestMemory memory = new GuestMemory();
    private final ServiceRegistration<TopologySource> topology;
    private final Configuration configuration;
    private final VirtioDevice device;

    ReachedDevice(BundleContext context, ConfigurationAdmin configurations) throws Exception {
        this.context = context;
        memory.add(new MemoryRegion(0, SIZE - 1, true, List.of(ByteBuffer.allocateDirect(SIZE))));
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, MACHINE)));
        configuration = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
        configuration.update(new Hashtable<>(Map.of("machine", MACHINE, "name", "iommu0", "address", "00:01.0")));
        device = new VirtioDevice(MACHINE + "/iommu0", service(DeviceType.class), new Plain(memory));
    }

    /** The driver's service comes when the device can be reached, works, and goes when it cannot. */
    void drive() throws Exception {
        ServiceRegistration<ReachableDevice> way = context.registerService(
                ReachableDevice.class, new Way(), new Hashtable<>(Map.of(DeviceType.MACHINE, MACHINE)));
        IommuDomain domain = service(GuestIommu.class).createDomain();
        domain.attach(SampleTopology.ENDPOINT);
        way.unregister();
        Waiting.until(() -> "the driver goes", () -> context.getServiceReference(GuestIommu.class) == null);
        assertThrows(DriverException.class, () -> domain.attach(SampleTopology.ENDPOINT));
        assertEquals("status of a device that nobody drives", 0, device.status());
    }

    void powerOff() throws Exception {
        device.close();
        configuration.delete();
        topology.unregister();
    }

    private <T> T service(Class<T> type) throws Exception {
        String filter = "(&(objectClass=" + type.getName() + ")(viommu.machine=" + MACHINE + "))";
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context, context.createFilter(filter), null);
        tracker.open();
        try {
            T service = tracker.waitForService(300_000);
            assertNotNull(filter, service);
            return service;
        } finally {
            tracker.close();
        }
    }

    private record Plain(GuestMemory memory) implements MemoryPlatform {
        @Override
        public MemoryAccess open() {
            return memory.open();
        }

        @Override
        public boolean translates() {
            return false;
        }
    }

    private final class Way implements ReachableDevice {
        @Override
        public DriverTransport open() {
            return new InProcessTransport(device);
        }

        @Override
        public DriverMemory memory() {
            return new DriverMemory(memory, 0, DriverMemory.USUAL_SIZE - 1);
        }
    }
}
