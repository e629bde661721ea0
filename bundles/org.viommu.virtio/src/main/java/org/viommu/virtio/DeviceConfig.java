// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A device-specific configuration space (virtio 1.4, 2.5). Thread-safe: transports read it at any time, also before
 * FEATURES_OK.
 */
@ConsumerType
public interface DeviceConfig {
    /**
     * Size of the space.
     *
     * @return bytes
     */
    int length();

    /**
     * Reads a byte.
     *
     * @param offset 0 to {@code length() - 1}
     * @return the byte, 0 to 255
     */
    int read(int offset);

    /**
     * Writes a byte. What the driver may not write is ignored.
     *
     * @param offset 0 to {@code length() - 1}
     * @param value the byte, 0 to 255
     * @param accepted the features that the driver has accepted, 0 before FEATURES_OK
     */
    default void write(int offset, int value, long accepted) {}

    /**
     * Changes whenever several reads could otherwise be torn (virtio 1.4, 2.5.1).
     *
     * @return 0 to 255
     */
    default int generation() {
        return 0;
    }
}
