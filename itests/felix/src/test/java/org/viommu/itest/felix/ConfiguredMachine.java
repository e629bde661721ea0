// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.dma.DmaPort;
import org.viommu.dma.DmaTranslator;
import org.viommu.driver.DriverMemory;
import org.viommu.driver.IommuDriver;
import org.viommu.driver.RequestBatch;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.itest.traffic.Waiting;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryRegion;
import org.viommu.transport.pci.FunctionPort;
import org.viommu.transport.pci.PciDriverTransport;
import org.viommu.transport.pci.PciFunction;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * A machine as an operator writes it down: functions, an IOMMU, an endpoint and a topology. Its guest drives the IOMMU over PCI and works in rounds, of so many
 * requests and so many accesses of the endpoint, each of which must end as the oracle says. One thread at a time works for it.
 */
final class ConfiguredMachine {
    private static final int ENDPOINT = 0x10;
    private static final int DOMAIN = 1;
    private static final int PAGE = 4096;
    private static final int PAGES = 64;
    private static final int RINGS = PAGES * PAGE;
    private static final int VECTORS = 3;
    private static final int MAPPINGS = 512;
    private static final int BATCH = 16;
    private static final long BASE = 0x1_0000_0000L;

    private final BundleContext context;
    private final String name;
    private final long number;
    private final Path sockets;
    private final List<Configuration> configurations = new ArrayList<>();
    private final Configuration iommu;
    private final NavigableMap<Long, Long> oracle = new TreeMap<>();
    private final SplittableRandom random;
    private ServiceReference<IommuStatus> device;
    private Object since;
    private IommuDriver driver;
    private RequestBatch batch;
    private DmaPort port;
    private long refused;
    private volatile long rounds;

    ConfiguredMachine(BundleContext context, ConfigurationAdmin admin, int number, Path sockets) throws IOException {
        this.context = context;
        this.number = number;
        this.sockets = sockets;
        name = "vm" + number;
        random = new SplittableRandom(number);
        create(admin, "org.viommu.machine").update(new Hashtable<>(Map.of("name", name, "functions", new String[] {
            "iommu0=00:01.0=" + socket("iommu0"), "rng0=00:02.0=" + socket("rng0")
        })));
        create(admin, "org.viommu.topology.static")
                .update(new Hashtable<>(Map.of("machine", name, "endpoints", "00:02.0=0x10@00:01.0")));
        create(admin, "org.viommu.endpoint.entropy").update(new Hashtable<>(Map.of("machine", name, "name", "rng0")));
        iommu = create(admin, "org.viommu.iommu");
        admit("(viommu.store=*)");
    }

    /** Lets its IOMMU use stores that pass a filter, and no others. */
    void admit(String stores) throws IOException {
        iommu.update(new Hashtable<>(Map.of("machine", name, "store.target", stores)));
    }

    /** Returns when both functions are offered to the VMM. */
    void awaitOffered() throws InterruptedException {
        for (String function : List.of("iommu0", "rng0")) {
            Waiting.until(
                    () -> name + "/" + function,
                    () -> reference(PciFunction.class, function) != null && Files.exists(socket(function)));
        }
        Waiting.until(() -> "the state of " + name, () -> reference(IommuStatus.class, "iommu0") != null);
        device = reference(IommuStatus.class, "iommu0");
        since = device.getProperty(IommuStatus.SINCE);
    }

    /** Plays the VMM, which has no connection over vfio-user, and boots the guest. */
    void boot() throws Exception {
        int size = RINGS + (int) DriverMemory.USUAL_SIZE;
        ByteBuffer bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < RINGS; at += Long.BYTES) {
            bytes.putLong(at, content(at));
        }
        MemoryRegion region = new MemoryRegion(0, size - 1, true, List.of(bytes));
        GuestMemory memory = new GuestMemory();
        memory.add(region);
        PciFunction function = service(PciFunction.class, "iommu0");
        function.memory().add(region);
        driver = IommuDriver.start(
                PciDriverTransport.open(new FunctionPort(function, VECTORS)),
                new DriverMemory(memory, RINGS, size - 1),
                Duration.ofMillis(Waiting.PATIENCE_MILLIS),
                report -> {});
        batch = driver.batch(BATCH);
        port = service(DmaTranslator.class, "iommu0").open(ENDPOINT, memory);
        assertEquals(RequestStatus.OK, driver.attach(DOMAIN, ENDPOINT, 0));
    }

    /** Some requests, then some accesses. */
    void work() throws Exception {
        for (int i = 0; i < BATCH; i++) {
            long start = start(random.nextInt(MAPPINGS));
            if (oracle.remove(start) != null) {
                batch.unmap(DOMAIN, start, start + PAGE - 1);
            } else {
                long physical = (long) random.nextInt(PAGES) * PAGE;
                batch.map(DOMAIN, start, start + PAGE - 1, physical, MapFlags.READ);
                oracle.put(start, physical);
            }
        }
        assertEquals("refused requests of " + name, 0, batch.flush());
        for (int i = 0; i < BATCH; i++) {
            access(start(random.nextInt(MAPPINGS)));
        }
        rounds = rounds + 1;
    }

    /** How often it has worked. Any thread may ask. */
    long rounds() {
        return rounds;
    }

    void awaitStore(String store) throws InterruptedException {
        Waiting.until(() -> name + " has store " + store + ", now " + store(), () -> {
            IommuSnapshot.Store now = store();
            return now.name().equals(store) && now.movingTo().isEmpty();
        });
    }

    /**
     * Compares everything with what was promised; nobody works for it meanwhile.
     *
     * @param metrics of all machines
     */
    void compare(Map<String, Double> metrics) {
        assertEquals("the device of " + name, device, reference(IommuStatus.class, "iommu0"));
        assertEquals("when it began", since, device.getProperty(IommuStatus.SINCE));
        IommuStatus status = service(IommuStatus.class, "iommu0");
        Map<Long, Long> found = new HashMap<>();
        status.mappings(DOMAIN, 0, IommuStatus.MAX_PAGE).forEach(it -> found.put(it.start(), it.physical()));
        assertEquals("mappings of " + name, oracle, found);
        assertEquals(
                "refused accesses of " + name,
                refused,
                status.snapshot().faults().total());
        assertEquals("", store().problem());
        // One for each request: ATTACH was the first.
        assertEquals(
                "chains of " + name,
                1.0 + BATCH * rounds,
                metrics.get("viommu_queue_chains_total{device=\"" + name + "/iommu0\",queue=\"0\"}"),
                0);
    }

    void powerOff() throws IOException {
        if (port != null) {
            port.close();
        }
        if (driver != null) {
            driver.close();
        }
        for (Configuration configuration : configurations) {
            configuration.delete();
        }
    }

    private Configuration create(ConfigurationAdmin admin, String pid) throws IOException {
        Configuration configuration = admin.createFactoryConfiguration(pid, "?");
        configurations.add(configuration);
        return configuration;
    }

    private void access(long address) throws AccessFault {
        Long physical = oracle.get(address);
        try {
            long read = port.getLong(address + Long.BYTES);
            assertEquals(name, content(physical + Long.BYTES), read);
        } catch (AccessFault fault) {
            if (physical != null || fault.reason() != AccessFault.Reason.NOT_TRANSLATED) {
                throw fault;
            }
            refused++;
        }
    }

    /** Tells machines apart. */
    private long content(long physical) {
        return number << Integer.SIZE | physical;
    }

    private static long start(int page) {
        return BASE + (long) page * PAGE;
    }

    private Path socket(String function) {
        return sockets.resolve(name + "-" + function);
    }

    private IommuSnapshot.Store store() {
        return service(IommuStatus.class, "iommu0").snapshot().store();
    }

    private <T> T service(Class<T> type, String device) {
        return context.getService(reference(type, device));
    }

    private <T> ServiceReference<T> reference(Class<T> type, String device) {
        try {
            return context
                    .getServiceReferences(type, "(&(viommu.machine=" + name + ")(viommu.name=" + device + "))")
                    .stream()
                    .findFirst()
                    .orElse(null);
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
