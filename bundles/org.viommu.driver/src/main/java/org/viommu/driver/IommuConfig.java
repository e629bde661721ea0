// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

/**
 * What a driver has found in an IOMMU's configuration space (virtio 1.4, 5.13.4). A field whose feature was not offered
 * has the value that the standard gives it then.
 *
 * @param pageSizeMask page sizes that can be mapped; the lowest bit is the granule, the others are hints
 * @param inputStart first I/O virtual address that can be mapped, unsigned
 * @param inputEnd last one (inclusive), unsigned
 * @param domainStart first domain ID, unsigned 32-bit
 * @param domainEnd last one (inclusive), unsigned 32-bit
 * @param probeSize bytes of properties in the answer to a PROBE request; 0 if there is no such request
 */
public record IommuConfig(
        long pageSizeMask, long inputStart, long inputEnd, int domainStart, int domainEnd, int probeSize) {
    /**
     * Checks what the standard asks of a device.
     *
     * @throws IllegalArgumentException if the mask is 0, a range ends before it starts, or the probe size is 2^31 or
     *     more
     */
    public IommuConfig {
        if (pageSizeMask == 0) {
            throw new IllegalArgumentException("page size mask is 0");
        }
        if (Long.compareUnsigned(inputEnd, inputStart) < 0) {
            throw new IllegalArgumentException(
                    "input range ends at 0x%x, before its start 0x%x".formatted(inputEnd, inputStart));
        }
        if (Integer.compareUnsigned(domainEnd, domainStart) < 0) {
            throw new IllegalArgumentException(
                    "domain range ends at 0x%x, before its start 0x%x".formatted(domainEnd, domainStart));
        }
        if (probeSize < 0) {
            throw new IllegalArgumentException("probe size is 0x%x".formatted(probeSize));
        }
    }

    /**
     * The smallest size that can be mapped, to which starts and ends of mappings are aligned.
     *
     * @return a power of two, in bytes, unsigned
     */
    public long granule() {
        return Long.lowestOneBit(pageSizeMask);
    }
}
