// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.viommu.dma.DmaPort;
import org.viommu.driver.DriverMemory;
import org.viommu.driver.IommuDriver;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
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
    private final StatusReader status;
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
        status = new StatusReader(device);
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
            swap(new RadixStore(Integer.MAX_VALUE));
            SwapLoad load = new SwapLoad(driver, port, mappings);
            long[] pauses = new long[exchanges];
            load.start();
            for (int i = -WARM_UPS; i < exchanges; i++) {
                if (i == 0) {
                    load.count(true);
                }
                load.swapping(true);
                long pause = swap(i % 2 == 0 ? new RadixStore(Integer.MAX_VALUE) : new TreeStore(Integer.MAX_VALUE));
                load.swapping(false);
                load.proceed();
                if (i >= 0) {
                    pauses[i] = pause;
                }
                System.err.printf("exchange %d of %d: %,d us%n", i + 1, exchanges, pause / 1000);
            }
            load.end();
            long[] copies = copies();
            Files.writeString(report, report(mappings, pauses, copies, load));
        } finally {
            virtio.close();
            device.close();
        }
    }

    /** Offers a store and withdraws the one before; returns for how long the writer was stopped. */
    private long swap(MappingStore next) throws InterruptedException {
        long before = status.snapshot().store().swaps();
        stores.offer(next, Map.of("service.ranking", ++offers));
        while (status.snapshot().store().swaps() == before) {
            if (!status.snapshot().store().problem().isEmpty()) {
                throw new IllegalStateException(status.snapshot().store().problem());
            }
            Thread.sleep(1);
        }
        if (present != null) {
            stores.withdraw(present);
        }
        present = next;
        return status.snapshot().store().lastPauseNanos();
    }

    /** What a writer would wait if it were stopped for the whole copy. */
    private long[] copies() {
        long[] nanos = new long[COPIES];
        DomainTable table = device.spaces().domain(SwapLoad.DOMAIN).table();
        for (int i = 0; i < COPIES; i++) {
            MappingStore target = i % 2 == 0 ? new RadixStore(Integer.MAX_VALUE) : new TreeStore(Integer.MAX_VALUE);
            long begin = System.nanoTime();
            try (MappingTable copy = target.open("copy", i)) {
                table.forEach(0, (start, end, physical, flags) -> {
                    copy.map(start, end, physical, flags);
                    return true;
                });
                nanos[i] = System.nanoTime() - begin;
            }
        }
        return nanos;
    }

    private static String report(int mappings, long[] pauses, long[] copies, SwapLoad load) {
        StringBuilder text = new StringBuilder();
        text.append(
                "# Exchanging the store under load, measured\n\nWritten by `benchmarks/swap`; [stores.md](stores.md) says how an exchange works.\n\n");
        text.append(String.format(
                Locale.ROOT,
                "%,d live mappings, %d exchanges between mapping.radix and mapping.tree, the request queue always full (batches of %d), one endpoint reading all the time, "
                        + "%d processors for the guest's two threads, the device's and the one that copies.%n%n",
                mappings,
                pauses.length,
                SwapLoad.BATCH,
                Runtime.getRuntime().availableProcessors()));
        text.append("| milliseconds | median | 99th percentile | longest |\n|---|--:|--:|--:|\n");
        row(text, "the writer is stopped for an exchange", pauses);
        row(text, "the writer would be stopped for a plain copy", copies);
        row(text, "a batch of requests takes, no exchange under way", load.quiet());
        row(text, "a batch of requests takes, during an exchange", load.swapped());
        long[] sorted = pauses.clone();
        Arrays.sort(sorted);
        text.append(String.format(
                Locale.ROOT,
                "%nTarget: at most 1 ms at the 99th percentile: **%s**. %,d requests, none refused; %,d reads, none failed or wrong.%n",
                percentile(sorted, 99) <= 1_000_000 ? "met" : "missed",
                load.requests(),
                load.reads()));
        return text.toString();
    }

    private static void row(StringBuilder text, String name, long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        text.append(String.format(
                Locale.ROOT,
                "| %s | %.3f | %.3f | %.3f |%n",
                name,
                percentile(sorted, 50) / 1e6,
                percentile(sorted, 99) / 1e6,
                sorted[sorted.length - 1] / 1e6));
    }

    private static long percentile(long[] sorted, int percent) {
        return sorted[Math.max(0, (int) Math.ceil(sorted.length * percent / 100.0) - 1)];
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
