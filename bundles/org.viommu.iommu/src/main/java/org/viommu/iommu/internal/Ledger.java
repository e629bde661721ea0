// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.Optional;
import java.util.function.Consumer;
import org.viommu.mapping.DeviceRecord;
import org.viommu.mapping.KeptDevice;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.RecordFault;
import org.viommu.mapping.RecordingStore;

/**
 * The device's record in its store, or nothing if the store keeps mappings in memory only. Stores are foreign code: one
 * that throws is told nothing more, and the device leaves it.
 *
 * <p>Confined to the {@link SingleWriter}.
 */
final class Ledger {
    /** What is told to a record. */
    private interface Entry {
        void write(DeviceRecord record);
    }

    private final MappingStore store;
    private final Consumer<StoreFailure> failures;

    /** Null if there is nothing to tell. */
    private DeviceRecord record;

    private boolean bypass;

    private Ledger(MappingStore store, DeviceRecord record, Consumer<StoreFailure> failures) {
        this.store = store;
        this.record = record;
        this.failures = failures;
    }

    /** Opens the record of a device, if the store has records. */
    static Ledger open(MappingStore store, String device, Consumer<StoreFailure> failures) {
        DeviceRecord record = null;
        try {
            record = store instanceof RecordingStore recording ? recording.record(device) : null;
        } catch (RuntimeException | Error e) {
            failures.accept(new StoreFailure(store, e));
        }
        return new Ledger(store, record, failures);
    }

    /** Whether anything that this is told is kept. */
    boolean records() {
        return record != null;
    }

    /** Whether the store has opened the record, if it has records at all. */
    boolean opened() {
        return record != null || !(store instanceof RecordingStore);
    }

    /** What the last owner left. If that cannot be read, nothing is recorded from now on, and it stays. */
    Optional<KeptDevice> kept() {
        try {
            return record == null ? Optional.empty() : record.kept();
        } catch (RecordFault e) {
            close();
            fail(e);
            return Optional.empty();
        } catch (RuntimeException | Error e) {
            fail(e);
            return Optional.empty();
        }
    }

    /** The kept table of a domain. */
    DomainTable resume(int domain) {
        return DomainTable.resume(store, record, domain);
    }

    /** Begins a new record. */
    void begin(String fingerprint, boolean value) {
        bypass = value;
        write(open -> open.begin(fingerprint, value));
    }

    /** Continues the kept record. */
    void begun(boolean value) {
        bypass = value;
    }

    void bypass(boolean value) {
        bypass = value;
        write(open -> open.bypass(value));
    }

    /** The global bypass, as this was told. */
    boolean bypass() {
        return bypass;
    }

    void opened(Domain domain) {
        write(open -> open.opened(domain.id(), domain.bypass()));
    }

    void closed(Domain domain) {
        write(open -> open.closed(domain.id()));
    }

    void attached(int endpoint, int domain) {
        write(open -> open.attached(endpoint, domain));
    }

    void detached(int endpoint) {
        write(open -> open.detached(endpoint));
    }

    /** An endpoint that is attached has ceased to exist. */
    void unplugged(int endpoint) {
        write(open -> open.unplugged(endpoint));
    }

    void reset() {
        write(DeviceRecord::reset);
    }

    /** Called once for each batch of requests. */
    void commit() {
        if (records()) {
            write(DeviceRecord::commit);
        }
    }

    /** The device has moved to another store. */
    void drop() {
        write(DeviceRecord::drop);
        record = null;
    }

    /** Leaves what is recorded to the next owner. */
    void close() {
        write(DeviceRecord::close);
        record = null;
    }

    private void write(Entry entry) {
        if (record == null) {
            return;
        }
        try {
            entry.write(record);
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void fail(Throwable cause) {
        record = null;
        failures.accept(new StoreFailure(store, cause));
    }
}
