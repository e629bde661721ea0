// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.trace;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hears what IOMMU devices do. Registered as a service; devices are traced for as long as one is there. With the
 * service properties {@link org.viommu.iommu.IommuStatus#MACHINE} and {@link org.viommu.iommu.IommuStatus#NAME}, or one
 * of them, it hears of the devices that have the same values only.
 *
 * <p>Each device calls from a thread of its own, never from one that serves requests or does DMA. A listener that is
 * too slow loses events, which it is told; the device does not wait for it. One that throws hears no more.
 */
@ConsumerType
public interface TraceListener {
    /**
     * Something has happened.
     *
     * @param record what, when and to which device
     */
    void traced(TraceRecord record);

    /**
     * Events got lost because they came faster than they were taken; they happened before those that are told next.
     *
     * @param device the device's {@code MACHINE/NAME}
     * @param count how many since the last call, more than 0
     */
    default void dropped(String device, long count) {}
}
