// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import org.viommu.dma.DmaTranslator;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.MemoryPlatform;

/**
 * Guest memory behind an IOMMU.
 *
 * @param translator the IOMMU
 * @param endpoint the device's endpoint ID there, unsigned 32-bit
 * @param memory by guest-physical address
 */
record TranslatedMemory(DmaTranslator translator, int endpoint, GuestMemory memory) implements MemoryPlatform {
    @Override
    public MemoryAccess open() {
        return translator.open(endpoint, memory);
    }

    @Override
    public boolean translates() {
        return true;
    }
}
