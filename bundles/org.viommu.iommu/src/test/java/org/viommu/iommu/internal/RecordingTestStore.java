// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.viommu.mapping.DeviceRecord;
import org.viommu.mapping.KeptDevice;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.RecordFault;
import org.viommu.mapping.RecordingStore;
import org.viommu.mapping.resident.ResidentTable;

/** Records one device; what {@link #crash} leaves is what was committed. */
final class RecordingTestStore implements RecordingStore {
    private record Entry(long end, long physical, int flags) {}

    /** What a process leaves behind. */
    private record Kept(KeptDevice device, Map<Integer, Map<Long, Entry>> mappings) {}

    private final Map<Integer, ResidentTable> tables = new HashMap<>();
    private Kept committed;
    int commits;
    boolean open;
    volatile String problem = "";

    /** Why neither the record nor a table can be opened; null if they can. */
    volatile String unusable;

    /** Why what was committed cannot be read; null if it can. */
    volatile String unreadable;

    /** As {@link #unreadable}, of the tables alone. */
    volatile String unreadableTables;

    /** A store that finds what this one has committed. */
    RecordingTestStore crash() {
        RecordingTestStore next = new RecordingTestStore();
        next.committed = committed;
        return next;
    }

    boolean keeps() {
        return committed != null;
    }

    @Override
    public String name() {
        return "recording";
    }

    @Override
    public MappingTable open(String device, int domain) {
        check(unusable);
        ResidentTable table = new ResidentTable();
        tables.put(domain, table);
        return table;
    }

    @Override
    public DeviceRecord record(String device) {
        check(unusable);
        if (open) {
            throw new IllegalStateException("the record is open already");
        }
        open = true;
        return new Record();
    }

    private static void check(String fault) {
        if (fault != null) {
            throw new RecordFault(fault, null);
        }
    }

    @Override
    public String problem() {
        return problem;
    }

    private final class Record implements DeviceRecord {
        private String fingerprint = "";
        private boolean bypass;
        private final Map<Integer, Boolean> domains = new HashMap<>();
        private final Map<Integer, Integer> attachments = new HashMap<>();

        @Override
        public Optional<KeptDevice> kept() {
            check(unreadable);
            if (committed == null) {
                return Optional.empty();
            }
            fingerprint = committed.device.fingerprint();
            bypass = committed.device.bypass();
            domains.putAll(committed.device.domains());
            attachments.putAll(committed.device.attachments());
            return Optional.of(committed.device);
        }

        @Override
        public MappingTable resume(int domain) {
            check(unreadableTables);
            MappingTable table = open("", domain);
            committed
                    .mappings
                    .get(domain)
                    .forEach((start, entry) -> table.map(start, entry.end, entry.physical, entry.flags));
            return table;
        }

        @Override
        public void begin(String begun, boolean value) {
            fingerprint = begun;
            bypass = value;
            reset();
        }

        @Override
        public void bypass(boolean value) {
            bypass = value;
        }

        @Override
        public void opened(int domain, boolean isBypass) {
            domains.put(domain, isBypass);
        }

        @Override
        public void closed(int domain) {
            domains.remove(domain);
        }

        @Override
        public void attached(int endpoint, int domain) {
            attachments.put(endpoint, domain);
        }

        @Override
        public void detached(int endpoint) {
            attachments.remove(endpoint);
        }

        @Override
        public void unplugged(int endpoint) {
            detached(endpoint);
        }

        @Override
        public void reset() {
            domains.clear();
            attachments.clear();
        }

        @Override
        public void commit() {
            commits++;
            if (domains.entrySet().stream()
                    .anyMatch(domain -> !domain.getValue() && !tables.containsKey(domain.getKey()))) {
                return; // nothing has changed since the successor read what is kept
            }
            Map<Integer, Map<Long, Entry>> mappings = new HashMap<>();
            domains.forEach((id, isBypass) -> {
                if (!isBypass) {
                    Map<Long, Entry> entries = mappings.computeIfAbsent(id, any -> new TreeMap<>());
                    tables.get(id).forEach(0, (start, end, physical, flags) -> {
                        entries.put(start, new Entry(end, physical, flags));
                        return true;
                    });
                }
            });
            committed = new Kept(new KeptDevice(fingerprint, bypass, domains, attachments), mappings);
        }

        @Override
        public void drop() {
            committed = null;
            open = false;
        }

        @Override
        public void close() {
            open = false;
        }
    }
}
