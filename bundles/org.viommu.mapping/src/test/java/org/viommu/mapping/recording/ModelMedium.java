// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.viommu.mapping.KeptDevice;
import org.viommu.mapping.resident.ResidentTable;

/** A medium in memory that can be full, and whose commits can be held up. */
final class ModelMedium implements Medium {
    private final Map<String, Content> committed = new HashMap<>();
    private final Map<String, Content> open = new HashMap<>();
    volatile boolean full;
    volatile int commits;
    volatile int openings;

    /** What is kept: domains with their mappings, endpoints and the bypass, as text. */
    synchronized Map<String, String> committed(String device) {
        Content content = committed.get(device);
        return content == null || content.state == null ? Map.of() : content.describe();
    }

    @Override
    public synchronized void open() throws IOException {
        openings++;
        open.clear();
        committed.forEach((name, content) -> open.put(name, content.copy()));
        check();
    }

    @Override
    public Device device(String name) {
        return open.computeIfAbsent(name, any -> new Content());
    }

    @Override
    public synchronized void commit() throws IOException {
        check();
        commits++;
        committed.clear();
        open.forEach((name, content) -> committed.put(name, content.copy()));
    }

    @Override
    public void close() {
        open.clear();
    }

    private void check() throws IOException {
        if (full) {
            throw new IOException("/model: cannot be written: no space left");
        }
    }

    private static final class Content implements Device {
        private String state;
        private final Map<Integer, Long> domains = new TreeMap<>();
        private final Map<Integer, Integer> endpoints = new TreeMap<>();
        private final Map<Long, TreeMap<Long, String>> tables = new HashMap<>();

        Content copy() {
            Content copy = new Content();
            copy.state = state;
            copy.domains.putAll(domains);
            copy.endpoints.putAll(endpoints);
            tables.forEach((id, table) -> copy.tables.put(id, new TreeMap<>(table)));
            return copy;
        }

        Map<String, String> describe() {
            Map<String, String> all = new TreeMap<>();
            all.put("state", state);
            domains.forEach((id, table) -> all.put("domain " + id, String.valueOf(tables.get(table))));
            endpoints.forEach((id, domain) -> all.put("endpoint " + id, Integer.toString(domain)));
            return all;
        }

        @Override
        public Optional<Kept> kept() {
            return Optional.ofNullable(state)
                    .map(any -> new Kept(new KeptDevice(state, false, Map.of(), endpoints), domains));
        }

        @Override
        public void load(long table, ResidentTable.Loader loader) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void begin(String fingerprint, boolean bypass) {
            state = fingerprint + " " + bypass;
            reset();
        }

        @Override
        public void bypass(boolean bypass) {
            state = state.split(" ")[0] + " " + bypass;
        }

        @Override
        public void opened(int domain, long table) {
            domains.put(domain, table);
        }

        @Override
        public void closed(int domain) {
            domains.remove(domain);
        }

        @Override
        public void attached(int endpoint, int domain) {
            endpoints.put(endpoint, domain);
        }

        @Override
        public void detached(int endpoint) {
            endpoints.remove(endpoint);
        }

        @Override
        public void reset() {
            domains.clear();
            endpoints.clear();
        }

        @Override
        public void forget() {
            state = null;
            reset();
            tables.clear();
        }

        @Override
        public void created(long table) {
            tables.put(table, new TreeMap<>(Long::compareUnsigned));
        }

        @Override
        public void dropped(long table) {
            tables.remove(table);
        }

        @Override
        public void mapped(long table, long start, long end, long physical, int flags) {
            tables.get(table).put(start, "%x->%x".formatted(end, physical));
        }

        @Override
        public void unmapped(long table, long start, long end) {
            tables.get(table).subMap(start, true, end, true).clear();
        }
    }
}
