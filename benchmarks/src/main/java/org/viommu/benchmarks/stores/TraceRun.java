// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import org.viommu.benchmarks.stores.TraceFile.Section;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/**
 * Runs traces against one Java store, alone in its process as in an application that has chosen it, and through the contract's interface as the IOMMU does. It
 * prints the lines that the native harness prints: pass, section, records, nanoseconds, checksum.
 */
final class TraceRun {
    private static final int WARM_UPS = 20;

    /** No compiler must find out that this is zero: it makes each address depend on the answer before it. */
    private static volatile long noBits;

    private final MappingStore store;

    private TraceRun(MappingStore store) {
        this.store = store;
    }

    /**
     * Runs.
     *
     * @param arguments class of the store, trace to warm up by, trace, passes
     * @throws IOException if a trace cannot be read
     * @throws ReflectiveOperationException if the store cannot be created
     */
    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        TraceRun run = new TraceRun(store(arguments[0]));
        try (TraceFile trace = TraceFile.open(Path.of(arguments[1]))) {
            for (int i = 0; i < WARM_UPS; i++) {
                run.pass(trace, -1);
            }
        }
        try (TraceFile trace = TraceFile.open(Path.of(arguments[2]))) {
            for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
                run.pass(trace, i);
            }
        }
    }

    static MappingStore store(String type) throws ReflectiveOperationException {
        try {
            return (MappingStore) Class.forName(type).getConstructor(long.class).newInstance(Long.MAX_VALUE);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("cannot create " + type, e.getCause());
        }
    }

    private void pass(TraceFile trace, int number) {
        trace.rewind();
        boolean counts = number >= 0;
        long before = counts ? usedHeap() : 0;
        try (MappingTable table = store.open("benchmark", 0)) {
            for (int i = 0; i < trace.sections(); i++) {
                Section section = trace.next();
                long begin = System.nanoTime();
                long value;
                if (section.kind() == TraceFile.Kind.MEMORY) {
                    value = counts ? usedHeap() - before : 0;
                } else {
                    long[] records = trace.records(section);
                    begin = System.nanoTime();
                    value = run(section, table, records);
                }
                long nanos = System.nanoTime() - begin;
                if (counts) {
                    System.out.println(
                            number + " " + section.name() + " " + section.count() + " " + nanos + " " + value);
                }
            }
        }
    }

    private static long run(Section section, MappingTable table, long[] records) {
        return switch (section.kind()) {
            case REQUESTS -> requests(table, records);
            case DEPENDENT -> dependent(table, records);
            case INDEPENDENT -> independent(table, records);
            case MEMORY -> 0;
        };
    }

    private static long requests(MappingTable table, long[] records) {
        long refused = 0;
        for (int i = 0; i < records.length; i += 4) {
            long head = records[i];
            boolean done = (head & TraceFile.UNMAP) != 0
                    ? table.unmap(records[i + 1], records[i + 2]) == UnmapResult.OK
                    : table.map(records[i + 1], records[i + 2], records[i + 3], (int) (head >>> TraceFile.FLAGS_SHIFT))
                            == MapResult.OK;
            refused += done ? 0 : 1;
        }
        return refused;
    }

    private static long dependent(MappingTable table, long[] addresses) {
        if (table instanceof OwnLookups own) {
            return own.dependent(addresses, noBits);
        }
        Translation translation = new Translation();
        long sum = 0;
        long last = 0;
        long mask = noBits;
        for (long address : addresses) {
            long asked = address ^ last & mask;
            last = 0;
            if (table.lookup(asked, translation)) {
                last = translation.physical() + (asked - translation.start());
                sum += last ^ translation.flags();
            }
        }
        return sum;
    }

    private static long independent(MappingTable table, long[] addresses) {
        if (table instanceof OwnLookups own) {
            return own.independent(addresses);
        }
        Translation translation = new Translation();
        long sum = 0;
        for (long address : addresses) {
            if (table.lookup(address, translation)) {
                sum += translation.physical() + (address - translation.start()) ^ translation.flags();
            }
        }
        return sum;
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
        }
        return used;
    }
}
