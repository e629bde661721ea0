// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.Optional;
import org.viommu.virtqueue.QueueProgress;

/**
 * What an operator sees of a queue at one moment.
 *
 * @param index of the queue
 * @param maxSize the largest size that the device offers, in entries
 * @param enabled whether the driver has enabled the queue
 * @param size number of entries that the driver has chosen, be it allowed or not
 * @param descriptorArea where the driver has put the descriptors; unsigned, as all addresses
 * @param driverArea where it has put what it writes for the device
 * @param deviceArea where it has put what the device writes for it
 * @param progress how far the device's side has come; empty if the queue is not in use
 * @param chains how many chains the device has taken from the queue since it was built; 0 or more
 * @param fault why the device needs a reset, if this queue has brought it there; empty otherwise
 */
public record QueueView(
        int index,
        int maxSize,
        boolean enabled,
        int size,
        long descriptorArea,
        long driverArea,
        long deviceArea,
        Optional<QueueProgress> progress,
        long chains,
        String fault) {}
