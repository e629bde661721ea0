// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.viommu.mapping.resident.ResidentTable;

/** What a device is, as its {@link DeviceLog} has heard, so that a medium that has failed can be told all of it anew. Guarded by that log. */
final class DeviceImage {
    private final Set<RecordedTable> tables = new HashSet<>();
    private final Map<Integer, Long> domains = new HashMap<>();
    private final Map<Integer, Integer> attachments = new HashMap<>();

    /** Null as long as the device is not kept. */
    private String fingerprint;

    private boolean bypass;

    /** Whether the device might be kept as something else. */
    private boolean missed;

    /** What is kept could not be read. */
    void miss() {
        missed = true;
    }

    /** The device continues with what is kept; its tables are added when they are resumed. */
    void take(Medium.Kept found) {
        fingerprint = found.state().fingerprint();
        bypass = found.state().bypass();
        attachments.putAll(found.state().attachments());
        found.state()
                .domains()
                .keySet()
                .forEach(id -> domains.put(id, found.tables().getOrDefault(id, Medium.NO_TABLE)));
    }

    void begin(String begun, boolean value) {
        missed = false;
        fingerprint = begun;
        bypass = value;
        reset();
    }

    void reset() {
        domains.clear();
        attachments.clear();
    }

    void forget() {
        fingerprint = null;
    }

    void bypass(boolean value) {
        bypass = value;
    }

    void opened(int domain, long table) {
        domains.put(domain, table);
    }

    void closed(int domain) {
        domains.remove(domain);
    }

    void attached(int endpoint, int domain) {
        attachments.put(endpoint, domain);
    }

    void detached(int endpoint) {
        attachments.remove(endpoint);
    }

    void add(RecordedTable table) {
        tables.add(table);
    }

    /** Returns whether it was there. */
    boolean remove(RecordedTable table) {
        return tables.remove(table);
    }

    /** Whether what is kept, or a table of it that is still wanted, has not been read: then nothing has changed, and the medium alone knows all. */
    boolean waits() {
        return missed
                || domains.values().stream()
                        .anyMatch(id -> id != Medium.NO_TABLE && tables.stream().noneMatch(table -> table.id() == id));
    }

    /** A copy, as one change. */
    Changes.Change copy() {
        Map<Long, ResidentTable> copies = new HashMap<>();
        tables.forEach(table -> copies.put(table.id(), table.memory().copy()));
        Map<Integer, Long> domainsNow = Map.copyOf(domains);
        Map<Integer, Integer> attachmentsNow = Map.copyOf(attachments);
        String fingerprintNow = fingerprint;
        boolean bypassNow = bypass;
        return device -> {
            device.forget();
            for (Map.Entry<Long, ResidentTable> copy : copies.entrySet()) {
                write(device, copy.getKey(), copy.getValue());
            }
            if (fingerprintNow != null) {
                device.begin(fingerprintNow, bypassNow);
                for (Map.Entry<Integer, Long> domain : domainsNow.entrySet()) {
                    device.opened(domain.getKey(), domain.getValue());
                }
                for (Map.Entry<Integer, Integer> attachment : attachmentsNow.entrySet()) {
                    device.attached(attachment.getKey(), attachment.getValue());
                }
            }
        };
    }

    private static void write(Medium.Device device, long table, ResidentTable content) throws IOException {
        device.created(table);
        IOException[] failure = new IOException[1];
        content.forEach(0, (start, end, physical, flags) -> {
            try {
                device.mapped(table, start, end, physical, flags);
                return true;
            } catch (IOException e) {
                failure[0] = e;
                return false;
            }
        });
        if (failure[0] != null) {
            throw failure[0];
        }
    }
}
