// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import java.time.Duration;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverException.Reason;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.VirtioFeatures;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtqueue.RingFeatures;

/** The first steps with a device: reset, and agreement on features (virtio 1.4, 3.1.1). */
final class Negotiation {
    /** What this driver understands. The legacy BYPASS is left out: nothing here depends on it. */
    private static final long KNOWN = VirtioFeatures.VERSION_1
            | VirtioFeatures.ACCESS_PLATFORM
            | RingFeatures.EVENT_IDX
            | RingFeatures.OPTIONAL
            | IommuFeatures.INPUT_RANGE
            | IommuFeatures.DOMAIN_RANGE
            | IommuFeatures.MAP_UNMAP
            | IommuFeatures.PROBE
            | IommuFeatures.MMIO
            | IommuFeatures.BYPASS_CONFIG;

    private static final long NEEDED = VirtioFeatures.VERSION_1 | IommuFeatures.MAP_UNMAP;

    private Negotiation() {}

    /** Returns when the device has come to rest. */
    static void reset(DriverTransport transport, Duration timeout) throws DriverException {
        Deadline deadline = Deadline.in(timeout);
        transport.setStatus(0);
        while (transport.status() != 0) {
            deadline.pause("complete its reset");
        }
    }

    /** Returns the features that both sides accept. */
    static long agree(DriverTransport transport) throws DriverException {
        if (transport.deviceId() != IommuQueues.DEVICE_ID) {
            throw new DriverException(
                    Reason.WRONG_DEVICE, "device has ID " + transport.deviceId() + ", not " + IommuQueues.DEVICE_ID);
        }
        transport.setStatus(DeviceStatus.ACKNOWLEDGE);
        transport.setStatus(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
        long offered = transport.offeredFeatures();
        if ((offered & NEEDED) != NEEDED) {
            throw new DriverException(
                    Reason.FEATURES,
                    "device offers features 0x%x, of 0x%x some are missing".formatted(offered, NEEDED));
        }
        long features = offered & KNOWN;
        transport.acceptFeatures(features);
        int status = DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FEATURES_OK;
        transport.setStatus(status);
        if ((transport.status() & DeviceStatus.FEATURES_OK) == 0) {
            throw new DriverException(
                    Reason.FEATURES, "device offers features 0x%x and refuses 0x%x".formatted(offered, features));
        }
        return features;
    }

    /** Sets the device to work. */
    static void finish(DriverTransport transport) throws DriverException {
        transport.setStatus(
                DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FEATURES_OK | DeviceStatus.DRIVER_OK);
        if ((transport.status() & DeviceStatus.DRIVER_OK) == 0) {
            throw new DriverException(Reason.FEATURES, "device refuses DRIVER_OK");
        }
    }

    /** Gives the device up. */
    static void fail(DriverTransport transport) {
        transport.setStatus(transport.status() | DeviceStatus.FAILED);
    }
}
