// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A file with a table, as a configuration names it.
 *
 * @param pid of the configuration
 * @param key whose value the path is
 * @param path the value
 */
public record TopologyFile(String pid, String key, String path) {
    /** Far above any table that a guest could read; keeps a wrong path from filling the heap. */
    public static final int LARGEST = 16 << 20;

    /**
     * Reads the file.
     *
     * @param reader of its format
     * @return what it says
     * @throws IOException naming PID, key and path, if the file cannot be read
     * @throws IllegalArgumentException naming PID, key, path and what is wrong, if it is no such table
     */
    public Topology read(TopologyReader reader) throws IOException {
        if (path == null || path.isBlank()) {
            throw new IllegalArgumentException(pid + ": " + key + ": must not be empty");
        }
        try {
            return reader.read(bytes());
        } catch (TopologyFormatException e) {
            throw new IllegalArgumentException(pid + ": " + key + ": " + path + ": " + e.getMessage(), e);
        }
    }

    private byte[] bytes() throws IOException {
        try (InputStream stream = Files.newInputStream(Path.of(path))) {
            byte[] bytes = stream.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new IllegalArgumentException(pid + ": " + key + ": " + path + " is larger than " + LARGEST
                        + " bytes; it is no table that a guest boots with");
            }
            return bytes;
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(pid + ": " + key + ": '" + path + "' is no path", e);
        } catch (IOException e) {
            throw new IOException(pid + ": " + key + ": cannot read " + path + ": " + e, e);
        }
    }
}
