// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.List;

/**
 * What an operator sees of a device at one moment.
 *
 * @param deviceId the device ID of virtio 1.4, chapter 5
 * @param status bits of {@link DeviceStatus}
 * @param features what is offered or has been chosen, in the order of the bits
 * @param fault why the device needs a reset: the kind of what is wrong with a ring, and the offending value, or its own
 *     defect; empty if it needs none
 * @param queues by index
 */
public record DeviceView(int deviceId, int status, List<FeatureView> features, String fault, List<QueueView> queues) {
    /** Copies the lists. */
    public DeviceView {
        features = List.copyOf(features);
        queues = List.copyOf(queues);
    }
}
