// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.dma;

import org.osgi.annotation.versioning.ProviderType;
import org.viommu.memory.MemoryAccess;

/**
 * One endpoint's way to guest memory through its IOMMU: the addresses of its operations are I/O virtual addresses.
 *
 * <p>Each operation is decided by the endpoint's state at that moment (bypass, reserved regions, domain, mapping and its permissions); a range may span any
 * number of adjacent mappings. A refused access is reported to the guest as the standard asks (virtio 1.4, IOMMU device, fault reporting) and thrown as
 * {@link org.viommu.memory.AccessFault.Reason#NOT_TRANSLATED}. Ports never hand out translated addresses: UNMAP, DETACH and a move to another domain are
 * answered only after every operation that began before has ended.
 *
 * <p>Confined to one thread at a time; an endpoint with several threads opens several ports.
 */
@ProviderType
public interface DmaPort extends MemoryAccess {
    /**
     * The endpoint whose accesses these are.
     *
     * @return its endpoint ID, unsigned 32-bit
     */
    int endpoint();
}
