// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.QueueState;

/**
 * How a device that is at work can use a queue.
 *
 * @param addresses what the driver has enabled; null while it has reset the queue
 * @param maxSize largest size that the driver can choose
 * @param position where to go on; null to begin afresh
 */
record QueueSetup(QueueAddresses addresses, int maxSize, QueueState position) {}
