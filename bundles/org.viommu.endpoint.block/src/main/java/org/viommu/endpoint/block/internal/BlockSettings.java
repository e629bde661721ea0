// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.viommu.configuration.Change;
import org.viommu.configuration.SettingException;
import org.viommu.endpoint.block.BlockRequestLayout;
import org.viommu.virtqueue.RingFeatures;

/**
 * The checked configuration of a disk.
 *
 * @param machine name of the machine
 * @param name name of the disk within it
 * @param file path of what is on the disk
 * @param readOnly whether the guest may only read
 * @param serial number, at most 20 ASCII characters
 * @param rings ring features to offer
 * @param pollMaxNanos how long the device may watch its queue before it sleeps; 0 for not at all
 */
record BlockSettings(
        String machine, String name, Path file, boolean readOnly, String serial, long rings, int pollMaxNanos) {
    private static final int MAX_POLL_NANOS = 1_000_000_000;

    /** The key whose change does not disturb a disk at work. */
    private static final String LIVE = "poll-max-ns";

    /**
     * Checks a configuration.
     *
     * @throws SettingException naming the PID, the key, the value and what is allowed
     */
    static BlockSettings of(BlockConfiguration configuration) {
        String name = required("name", configuration.name());
        return new BlockSettings(
                required("machine", configuration.machine()),
                name,
                path(required("file", configuration.file())),
                configuration.read$_$only(),
                serial(configuration.serial(), name),
                RingFeatures.offer(configuration.packed(), configuration.in__order()),
                pollMaxNanos(configuration.poll$_$max$_$ns()));
    }

    /** Those of the changes of a configuration that a disk at work cannot follow. */
    static List<Change> disturbing(List<Change> changes) {
        return changes.stream().filter(change -> !LIVE.equals(change.key())).toList();
    }

    /** The disk's name among all of this process. */
    String qualifiedName() {
        return machine + "/" + name;
    }

    /** Whether the disk of other settings is this one. */
    boolean sameDisk(BlockSettings other) {
        return file.equals(other.file) && readOnly == other.readOnly;
    }

    /**
     * Opens the file.
     *
     * @throws IOException naming PID, key and path, if it cannot be opened
     * @throws SettingException if it cannot be a disk
     */
    FileDisk open() throws IOException {
        try {
            return FileDisk.open(file, readOnly);
        } catch (IllegalArgumentException e) {
            throw new SettingException(BlockConfiguration.PID, "file", e.getMessage());
        } catch (IOException e) {
            throw new IOException(BlockConfiguration.PID + ": file: cannot open " + file + ": " + e, e);
        }
    }

    private static String required(String key, String value) {
        if (value.isBlank()) {
            throw new SettingException(BlockConfiguration.PID, key, "must not be empty");
        }
        return value;
    }

    private static Path path(String file) {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw refused("file", file, "it is no path");
        }
    }

    private static String serial(String serial, String name) {
        if (serial.isEmpty()) {
            String ascii = name.replaceAll("[^\\x21-\\x7e]", "_");
            return ascii.substring(0, Math.min(ascii.length(), BlockRequestLayout.ID_SIZE));
        }
        if (serial.length() > BlockRequestLayout.ID_SIZE || !serial.matches("[\\x20-\\x7e]*")) {
            throw refused(
                    "serial",
                    serial,
                    "allowed are at most " + BlockRequestLayout.ID_SIZE + " printable ASCII characters");
        }
        return serial;
    }

    private static int pollMaxNanos(int nanos) {
        if (nanos < 0 || nanos > MAX_POLL_NANOS) {
            throw refused("poll-max-ns", nanos, "allowed are 0 to " + MAX_POLL_NANOS);
        }
        return nanos;
    }

    private static SettingException refused(String key, Object value, String why) {
        return new SettingException(BlockConfiguration.PID, key, value, why);
    }
}
