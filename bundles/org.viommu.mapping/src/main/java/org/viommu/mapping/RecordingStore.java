// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A store that keeps devices beyond their process: not only their mappings but all that a device must know to serve the same domains again.
 *
 * <p>A store that keeps mappings in memory only does not implement this, and the device then spends nothing on it.
 *
 * <p>Thread-safe.
 */
@ConsumerType
public interface RecordingStore extends MappingStore {
    /**
     * Opens the record of a device. A device has at most one open record in a store.
     *
     * @param device name of the IOMMU device, as for {@link #open}
     * @return the record, owned by the caller, who closes it
     */
    DeviceRecord record(String device);

    /**
     * What keeps the store from doing what it promises, in one line for operators: a disk that is full, a member that is gone. The device goes on meanwhile.
     *
     * @return empty if all is well
     */
    String problem();
}
