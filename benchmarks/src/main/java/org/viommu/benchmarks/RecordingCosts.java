// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.viommu.mapping.DeviceRecord;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.RecordingStore;
import org.viommu.mapping.hazelcast.internal.GridMedium;
import org.viommu.mapping.hazelcast.internal.Membership;
import org.viommu.mapping.mvstore.internal.FileMedium;
import org.viommu.mapping.radix.RadixStore;
import org.viommu.mapping.recording.BackedStore;

/**
 * What it costs that mappings outlive the process or the machine: {@code java -cp benchmarks/target/viommu/benchmarks.jar
 * org.viommu.benchmarks.RecordingCosts FOLDER} measures each store beside the default one and prints a table in Markdown. The folder tells the disk.
 */
public final class RecordingCosts {
    private static final String DEVICE = "bench/iommu0";
    private static final int[] BATCHES = {1, 8, 64};
    private static final int LIVE = 65_536;
    private static final int MANY = 1_000_000;
    private static final long PAGE = 4096;
    private static final long NANOS = 2_000_000_000L;
    private static final int PORT = 15_790;
    private static final List<String> MEMBERS = List.of("127.0.0.1:" + PORT, "127.0.0.1:" + (PORT + 1));

    private RecordingCosts() {}

    /** Measures; the argument is a folder that may be filled. */
    public static void main(String... arguments) throws IOException {
        Path folder = Path.of(arguments.length == 0 ? "." : arguments[0]);
        Path file = folder.resolve("costs");
        System.out.println("| store | batch | requests/s | median answer | 99 % |\n|---|---|---|---|---|");
        measure("radix", new RadixStore(MANY));
        for (boolean force : new boolean[] {true, false}) {
            Files.deleteIfExists(file);
            try (BackedStore store = BackedStore.open("mvstore", new FileMedium(file, force), Duration.ZERO)) {
                measure(force ? "mvstore" : "mvstore, force=false", store);
            }
        }
        Files.deleteIfExists(file);
        try (BackedStore store = BackedStore.open("mvstore", new FileMedium(file, true), Duration.ofMillis(10))) {
            measure("mvstore, commit-delay=10", store);
        }
        Files.deleteIfExists(file);
        try (BackedStore store = BackedStore.open("mvstore", new FileMedium(file, false), Duration.ZERO)) {
            heap("mvstore", store);
        }
        Files.deleteIfExists(file);
        GridMedium owner = member(0);
        GridMedium other = member(1);
        try (BackedStore store = BackedStore.open("hazelcast", owner, Duration.ZERO);
                BackedStore standby = BackedStore.open("hazelcast", other, Duration.ZERO)) {
            measure("hazelcast, 2 members", store);
            for (int batch : BATCHES) {
                traffic(store, batch);
            }
            heap("hazelcast, with both members' copies in this process", store);
            recoverFile(file);
            recoverGrid(store, owner, standby);
        }
        other.leave();
    }

    private static GridMedium member(int index) {
        return new GridMedium(new Membership("costs", "127.0.0.1", PORT + index, "", MEMBERS, 1, 1, 10));
    }

    private static void measure(String name, MappingStore store) {
        DeviceRecord record = store instanceof RecordingStore recording ? recording.record(DEVICE) : null;
        if (record != null) {
            record.begin("bench", false);
        }
        MappingTable table = store.open(DEVICE, 1);
        if (record != null) {
            record.opened(1, false);
        }
        boolean[] mapped = new boolean[2 * LIVE];
        for (int i = 0; i < 2 * LIVE; i += 2) {
            change(table, mapped, i);
        }
        for (int batch : BATCHES) {
            run(batch, table, record, mapped, NANOS / 2);
            long[] answers = run(batch, table, record, mapped, NANOS);
            long total = Arrays.stream(answers).sum();
            Arrays.sort(answers);
            System.out.printf(
                    "| %s | %d | %,d | %.1f us | %.1f us |%n",
                    name,
                    batch,
                    answers.length * (long) batch * 1_000_000_000L / total,
                    answers[answers.length / 2] / 1e3,
                    answers[(int) (answers.length * 0.99)] / 1e3);
        }
        if (record != null) {
            record.drop();
        }
        table.close();
    }

    private static long[] run(int batch, MappingTable table, DeviceRecord record, boolean[] mapped, long nanos) {
        SplittableRandom random = new SplittableRandom(batch);
        long[] answers = new long[1 << 20];
        int count = 0;
        long end = System.nanoTime() + nanos;
        for (long now = System.nanoTime(); now < end && count < answers.length; count++) {
            for (int i = 0; i < batch; i++) {
                change(table, mapped, random.nextInt(mapped.length));
            }
            if (record != null) {
                record.commit();
            }
            long answered = System.nanoTime();
            answers[count] = answered - now;
            now = answered;
        }
        return Arrays.copyOf(answers, count);
    }

    private static void change(MappingTable table, boolean[] mapped, int page) {
        long start = page * PAGE;
        if (mapped[page]) {
            table.unmap(start, start + PAGE - 1);
        } else {
            table.map(start, start + PAGE - 1, (page * 7919L % MANY) * PAGE, 3);
        }
        mapped[page] = !mapped[page];
    }

    /** What goes over the network for a mapping. All of loopback is counted, so nothing else should use it. */
    private static void traffic(BackedStore store, int batch) throws IOException {
        DeviceRecord record = store.record(DEVICE);
        record.begin("bench", false);
        MappingTable table = store.open(DEVICE, 1);
        record.opened(1, false);
        record.commit();
        int count = 64 * 256;
        long before = loopbackBytes();
        for (long i = 0; i < count; i++) {
            table.map(i * PAGE, i * PAGE + PAGE - 1, i * 7919 % MANY * PAGE, 3);
            if (i % batch == batch - 1) {
                record.commit();
            }
        }
        System.out.printf(
                "hazelcast: %.0f bytes on the network for each mapping, batch %d%n",
                (loopbackBytes() - before) / (double) count, batch);
        record.drop();
        table.close();
    }

    private static long loopbackBytes() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/net/dev")).stream()
                .filter(each -> each.strip().startsWith("lo:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.strip().split("\\s+")[1]);
    }

    private static void heap(String name, BackedStore store) {
        long before = usedHeap();
        DeviceRecord record = fill(store);
        System.out.printf(
                "%s: %.0f bytes of heap for each of %,d mappings%n", name, (usedHeap() - before) / (double) MANY, MANY);
        record.drop();
    }

    private static long usedHeap() {
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static DeviceRecord fill(BackedStore store) {
        DeviceRecord record = store.record(DEVICE);
        record.begin("bench", false);
        MappingTable table = store.open(DEVICE, 1);
        record.opened(1, false);
        for (long i = 0; i < MANY; i++) {
            table.map(2 * i * PAGE, 2 * i * PAGE + PAGE - 1, i * 7919 % MANY * PAGE, 3);
        }
        record.commit();
        return record;
    }

    private static void recoverFile(Path file) throws IOException {
        try (BackedStore store = BackedStore.open("mvstore", new FileMedium(file, true), Duration.ZERO)) {
            fill(store).close();
        }
        System.out.printf(
                "%nmvstore: %.1f bytes on disk for each of %,d mappings%n", Files.size(file) / (double) MANY, MANY);
        for (int i = 0; i < 3; i++) {
            long begin = System.nanoTime();
            try (BackedStore store = BackedStore.open("mvstore", new FileMedium(file, true), Duration.ZERO)) {
                recovered("mvstore", store, begin);
            }
        }
        Files.delete(file);
    }

    private static void recoverGrid(BackedStore store, GridMedium owner, BackedStore standby) {
        fill(store);
        owner.leave();
        recovered("hazelcast", standby, System.nanoTime());
    }

    private static void recovered(String name, BackedStore store, long begin) {
        try (DeviceRecord record = store.record(DEVICE)) {
            record.kept().orElseThrow();
            long size = record.resume(1).size();
            System.out.printf("%s: %,d mappings recovered in %.2f s%n", name, size, (System.nanoTime() - begin) / 1e9);
        }
    }
}
