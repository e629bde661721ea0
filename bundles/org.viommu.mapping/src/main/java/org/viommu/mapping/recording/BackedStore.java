// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.viommu.mapping.DeviceRecord;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.RecordingStore;

/**
 * A store with a {@link Medium} behind its memory.
 *
 * <p>Thread-safe.
 */
public final class BackedStore implements RecordingStore, AutoCloseable {
    private final String name;
    private final Recorder recorder;
    private final Map<String, DeviceLog> logs = new HashMap<>();

    private BackedStore(String name, Recorder recorder) {
        this.name = name;
        this.recorder = recorder;
    }

    /**
     * Opens the medium.
     *
     * @param name the store's short name
     * @param medium behind it, used by a thread of its own
     * @param commitDelay zero for a commit before each answer; otherwise guests are answered at once, and if the process or the machine dies, what was answered
     *     in the last moments, of this length and the duration of a commit, may be lost
     * @return the store
     * @throws IOException if the medium cannot be used
     */
    public static BackedStore open(String name, Medium medium, Duration commitDelay) throws IOException {
        Recorder recorder = new Recorder(name, medium, commitDelay);
        recorder.start();
        return new BackedStore(name, recorder);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public MappingTable open(String device, int domain) {
        return log(device).open(domain);
    }

    @Override
    public DeviceRecord record(String device) {
        return log(device);
    }

    @Override
    public String problem() {
        return recorder.problem();
    }

    /** The platform is being stopped: from now on a reset of a device or its move to another store leaves what is kept. */
    public void stopping() {
        recorder.stop();
    }

    /** Writes what has been told and closes the medium. Tables that are still open go on in memory. Idempotent. */
    @Override
    public void close() {
        recorder.close();
    }

    private synchronized DeviceLog log(String device) {
        DeviceLog log = logs.get(device);
        if (log == null || log.ended()) {
            log = new DeviceLog(device, recorder);
            logs.put(device, log);
            recorder.begin(log);
        }
        return log;
    }
}
