// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import org.viommu.dma.DmaTranslator;
import org.viommu.virtio.DeviceType;

/** How a function is to be built from the parts that are there now. Equal blueprints need no rebuilding. */
sealed interface Blueprint {

    /**
     * A function with guest memory right behind it: an IOMMU, or a device that the topology leaves untranslated.
     *
     * @param type what the device is
     */
    record Direct(DeviceType type) implements Blueprint {}

    /**
     * A function whose every access goes through an IOMMU.
     *
     * @param type what the device is
     * @param translator the IOMMU in front of it
     * @param endpoint the device's endpoint ID there, unsigned 32-bit
     */
    record Translated(DeviceType type, DmaTranslator translator, int endpoint) implements Blueprint {}

    /**
     * A function that cannot be built yet.
     *
     * @param reason what is missing, for people
     */
    record Missing(String reason) implements Blueprint {}
}
