// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

/**
 * Where a driver has put a virtqueue and how large it is (virtio 1.4, 2.6: the three areas).
 *
 * @param size number of entries, 1 to 32768; a power of two for a split ring
 * @param descriptorArea address of the descriptor table or ring, unsigned
 * @param driverArea address of the available ring or of the driver event suppression structure, unsigned
 * @param deviceArea address of the used ring or of the device event suppression structure, unsigned
 */
public record QueueAddresses(int size, long descriptorArea, long driverArea, long deviceArea) {
    /** Largest queue that the standard allows. */
    public static final int MAX_SIZE = 32768;

    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException if the size is not in 1..32768
     */
    public QueueAddresses {
        if (size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException("queue size " + size + " is not in 1.." + MAX_SIZE);
        }
    }
}
