// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/** Identity and queues of the IOMMU device (virtio 1.4, 5.13.1 and 5.13.2). */
public final class IommuQueues {
    /** The virtio device ID. */
    public static final int DEVICE_ID = 23;

    /** Index of the request queue: the driver's requests, each with room for the device's answer. */
    public static final int REQUEST = 0;

    /** Index of the event queue: empty buffers that the device fills with fault reports. */
    public static final int EVENT = 1;

    /** Number of queues. */
    public static final int COUNT = 2;

    private IommuQueues() {}
}
