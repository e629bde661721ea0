// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.viommu.dma.DmaPort;
import org.viommu.driver.DriverMemory;
import org.viommu.driver.IommuDriver;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.radix.RadixStore;
import org.viommu.mapping.tree.TreeStore;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.virtio.InProcessTransport;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;

/**
 * How long requests wait because a store is exchanged while a guest sends as fast as it can, beside what stopping and copying would take. In the device's package,
 * because an operator's way to exchange stores, bundles that come and go, is slower than what is to be measured.
 */
final class SwapComparison {
    private static final int ENDPOINT = 0x10;
    private static final int MEMORY = 64 << 20;
    private static final int WARM_UPS = 20;
    private static final int COPIES = 20;

    private final GuestMemory memory = new GuestMemory();
    private final IommuSettings settings = IommuSettings.of(configuration());
    private final StoreKeeper stores = new StoreKeeper(settings.qualifiedName());
    private final IommuDevice device;
    private final Histogram pauses = new Histogram(3);
    private final Histogram copies = new Histogram(3);
    private MappingStore present;
    private int offers;

    private SwapComparison() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(MEMORY).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < MEMORY; at += Long.BYTES) {
            // Each word holds its own address, so that a reader knows whether it has come to the right place.
            bytes.putLong(at, at);
        }
        memory.add(new MemoryRegion(0, MEMORY - 1, true, List.of(bytes)));
        device = new IommuDevice(
                settings,
                Topology.builder()
                        .iommu(settings.node())
                        .endpoint(new EndpointNode.PciRange(
                                PciAddress.of(0, ENDPOINT),
                                PciAddress.of(0, ENDPOINT),
                                ENDPOINT,
                                settings.node(),
                                List.of()))
                        .build(),
                stores,
                new ProbeExtensions());
    }

    /**
     * Measures.
     *
     * @param arguments the report to write, the number of mappings, and the number of exchanges
     * @throws Exception if anything goes wrong
     */
    public static void main(String[] arguments) throws Exception {
        new SwapComparison().run(Path.of(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
    }

    private static IommuConfiguration configuration() {
        return (IommuConfiguration) Proxy.newProxyInstance(
                IommuConfiguration.class.getClassLoader(),
                new Class<?>[] {IommuConfiguration.class},
                (proxy, method, arguments) ->
                        method.getDefaultValue() == null ? "benchmark" : method.getDefaultValue());
    }

    private void run(Path report, int mappings, int exchanges) throws Exception {
        VirtioDevice virtio = new VirtioDevice("benchmark/iommu0", device, new Plain(memory));
        int rings = MEMORY - (int) DriverMemory.USUAL_SIZE;
        try (IommuDriver driver = IommuDriver.start(
                        new InProcessTransport(virtio),
                        new DriverMemory(memory, rings, MEMORY - 1),
                        Duration.ofSeconds(60),
                        fault -> {});
                DmaPort port = device.open(ENDPOINT, memory)) {
            swap(store(1));
            SwapLoad load = new SwapLoad(driver, port, mappings);
            load.start();
            SwapGarbage garbage = new SwapGarbage("viommu-stores-" + settings.qualifiedName());
            for (int i = -WARM_UPS; i < exchanges; i++) {
                if (i == 0) {
                    load.count();
                    garbage.count();
                }
                exchange(i, exchanges, load, garbage);
                load.proceed();
            }
            load.countNoMore();
            garbage.close();
            stores.close();
            for (int i = 0; i < COPIES; i++) {
                copies.recordValue(stop(store(i)));
                load.proceed();
            }
            load.end();
            Files.writeString(report, new SwapReport(mappings, exchanges, pauses, copies, load, garbage).text());
        } finally {
            virtio.close();
            device.close();
        }
    }

    private void exchange(int number, int exchanges, SwapLoad load, SwapGarbage garbage) throws InterruptedException {
        MappingStore next = store(number);
        long before = garbage.allocated();
        Instant began = Instant.now();
        load.swapping(true);
        long pause = swap(next);
        load.swapping(false);
        long allocated = garbage.allocated() - before;
        if (number >= 0) {
            pauses.recordValue(pause);
            garbage.add(next.name(), allocated, began);
        }
        System.err.printf(
                "exchange %d of %d: %,d us, %,d MiB allocated%n", number + 1, exchanges, pause / 1000, allocated >> 20);
    }

    private static MappingStore store(int number) {
        return number % 2 == 0 ? new RadixStore(Integer.MAX_VALUE) : new TreeStore(Integer.MAX_VALUE);
    }

    /** Offers a store and withdraws the one before; returns for how long the writer was stopped. */
    private long swap(MappingStore next) throws InterruptedException {
        long before = stores.status().swaps();
        stores.offer(next, Map.of("service.ranking", ++offers));
        while (stores.status().swaps() == before) {
            if (!stores.status().problem().isEmpty()) {
                throw new IllegalStateException(stores.status().problem());
            }
            Thread.sleep(1);
        }
        if (present != null) {
            stores.withdraw(present);
        }
        present = next;
        return stores.status().lastPauseNanos();
    }

    /** Copies while the writer stands still; returns for how long it did. */
    private long stop(MappingStore next) {
        return device.handover(next, new Handover.Orders() {
                    @Override
                    public boolean cancelled() {
                        return false;
                    }

                    @Override
                    public boolean salvage() {
                        return false;
                    }
                })
                .moveStopped()
                .pauseNanos();
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
}
