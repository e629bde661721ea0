// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.viommu.mapping.DeviceRecord;
import org.viommu.mapping.KeptDevice;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.RecordFault;
import org.viommu.mapping.resident.ResidentTable;

/**
 * One device of a store: what it has told, on its way to the medium, and what it is, to be told again after a failure.
 *
 * <p>Guarded by itself. The lock is held for each change, so that a copy of the whole device can be taken between two.
 */
final class DeviceLog implements DeviceRecord {
    /** So many changes are handed to the writer before there is a commit. */
    private static final int PIECE = 1024;

    private final String name;
    private final Recorder recorder;
    private final DeviceImage image = new DeviceImage();
    private final Map<Integer, RecordedTable> latest = new HashMap<>();
    private Changes pending = new Changes(this);

    /** Handed over last. */
    private Changes last;

    private long nextTable;
    private Map<Integer, Long> kept = Map.of();

    /** What is told from now on counts for nothing. */
    private boolean ended;

    DeviceLog(String name, Recorder recorder) {
        this.name = name;
        this.recorder = recorder;
    }

    String name() {
        return name;
    }

    synchronized MappingTable open(int domain) {
        RecordedTable table = add(domain, new RecordedTable(this, nextTable++, new ResidentTable()));
        tell(device -> device.created(table.id()));
        return table;
    }

    @Override
    public Optional<KeptDevice> kept() {
        Optional<Medium.Kept> found = read(Medium.Device::kept);
        found.ifPresent(this::take);
        return found.map(Medium.Kept::state);
    }

    @Override
    public MappingTable resume(int domain) {
        long id = kept.get(domain);
        ResidentTable memory = read(device -> {
            ResidentTable.Loader loader = new ResidentTable.Loader();
            device.load(id, loader);
            return loader.table();
        });
        synchronized (this) {
            return add(domain, new RecordedTable(this, id, memory));
        }
    }

    @Override
    public synchronized void begin(String begun, boolean value) {
        kept.values().forEach(table -> tell(device -> device.dropped(table)));
        kept = Map.of();
        image.begin(begun, value);
        tell(device -> device.begin(begun, value));
    }

    @Override
    public synchronized void bypass(boolean value) {
        image.bypass(value);
        tell(device -> device.bypass(value));
    }

    @Override
    public synchronized void opened(int domain, boolean isBypass) {
        long table = isBypass ? Medium.NO_TABLE : latest.get(domain).id();
        image.opened(domain, table);
        tell(device -> device.opened(domain, table));
    }

    @Override
    public synchronized void closed(int domain) {
        image.closed(domain);
        tell(device -> device.closed(domain));
    }

    @Override
    public synchronized void attached(int endpoint, int domain) {
        image.attached(endpoint, domain);
        tell(device -> device.attached(endpoint, domain));
    }

    @Override
    public synchronized void detached(int endpoint) {
        image.detached(endpoint);
        tell(device -> device.detached(endpoint));
    }

    @Override
    public void unplugged(int endpoint) {
        if (endsWithPlatform()) {
            return;
        }
        detached(endpoint);
    }

    @Override
    public void reset() {
        if (endsWithPlatform()) {
            return;
        }
        synchronized (this) {
            image.reset();
            tell(Medium.Device::reset);
        }
    }

    @Override
    public void commit() {
        Changes waited;
        synchronized (this) {
            if (pending.count() > 0) {
                hand();
            }
            waited = last;
            last = null;
        }
        if (waited != null) {
            recorder.await(waited);
        }
    }

    @Override
    public void drop() {
        if (endsWithPlatform()) {
            return;
        }
        synchronized (this) {
            image.forget();
            tell(Medium.Device::forget);
        }
        close();
    }

    @Override
    public void close() {
        commit();
        synchronized (this) {
            ended = true;
        }
        recorder.end(this);
    }

    /** Whether the record has been closed. */
    synchronized boolean ended() {
        return ended;
    }

    /** Where to put the next change. */
    Changes pending() {
        if (ended) {
            return new Changes(this);
        }
        if (pending.count() >= PIECE) {
            hand();
        }
        return pending;
    }

    synchronized void drop(RecordedTable table) {
        if (image.remove(table)) {
            latest.values().remove(table);
            tell(device -> device.dropped(table.id()));
        }
    }

    /** Forgets what is on its way, and gives a change that tells all that is. */
    synchronized Changes.Change all() {
        if (image.waits()) {
            return device -> {};
        }
        pending = new Changes(this);
        last = null;
        recorder.discard(this);
        return image.copy();
    }

    private <T> T read(Recorder.Reading<T> reading) {
        try {
            return recorder.read(name, reading);
        } catch (RecordFault e) {
            synchronized (this) {
                image.miss();
            }
            throw e;
        }
    }

    private synchronized void take(Medium.Kept found) {
        kept = found.tables();
        image.take(found);
        kept.values().forEach(table -> nextTable = Math.max(nextTable, table + 1));
    }

    private RecordedTable add(int domain, RecordedTable table) {
        image.add(table);
        latest.put(domain, table);
        return table;
    }

    /** Closes the record, if what happens now happens only because the platform stops. */
    private boolean endsWithPlatform() {
        if (recorder.stopping()) {
            close();
            return true;
        }
        return false;
    }

    private void tell(Changes.Change change) {
        pending().add(change);
    }

    private void hand() {
        last = pending;
        pending = new Changes(this);
        recorder.hand(last);
    }
}
