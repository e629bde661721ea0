// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine;

import java.util.List;
import java.util.OptionalInt;
import org.viommu.virtio.DeviceView;

/**
 * What an operator sees of a function that is offered.
 *
 * @param device behind it
 * @param queueVectors the MSI-X vector that the driver has given each queue, by index; empty where there is none
 */
public record FunctionView(DeviceView device, List<OptionalInt> queueVectors) {
    /** Copies the list. */
    public FunctionView {
        queueVectors = List.copyOf(queueVectors);
    }
}
