// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block;

/** Identity and queues of the block device (virtio 1.4, 5.2.1 and 5.2.2). */
public final class BlockQueues {
    /** The virtio device ID. */
    public static final int DEVICE_ID = 2;

    /** Index of the request queue. */
    public static final int REQUEST = 0;

    private BlockQueues() {}
}
