// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy;

/** Identity and queues of the entropy device (virtio 1.4, 5.4.1 and 5.4.2). */
public final class EntropyQueues {
    /** The virtio device ID. */
    public static final int DEVICE_ID = 4;

    /** Index of the request queue: writable buffers that the device fills. */
    public static final int REQUEST = 0;

    private EntropyQueues() {}
}
