// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.MemoryPlatform;

/**
 * Guest memory right behind a device.
 *
 * @param memory by guest-physical address
 */
record PlainMemory(GuestMemory memory) implements MemoryPlatform {
    @Override
    public MemoryAccess open() {
        return memory.open();
    }

    @Override
    public boolean translates() {
        return false;
    }
}
