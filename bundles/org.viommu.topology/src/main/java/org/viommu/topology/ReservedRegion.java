// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

/**
 * I/O virtual addresses that an endpoint must not have mapped (virtio 1.4, IOMMU device, property RESV_MEM).
 *
 * @param start first address, unsigned
 * @param end last address, unsigned
 * @param kind what happens to accesses there
 */
public record ReservedRegion(long start, long end, Kind kind) {

    /** What happens to an access to the region. */
    public enum Kind {
        /** Refused. */
        RESERVED,
        /** Passed on untranslated: writes there are message-signalled interrupts. */
        MSI
    }

    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException if the region ends before it starts
     */
    public ReservedRegion {
        if (Long.compareUnsigned(end, start) < 0) {
            throw new IllegalArgumentException("reserved region 0x" + Long.toHexString(start) + "-0x"
                    + Long.toHexString(end) + " ends before it starts");
        }
    }

    /** For example {@code MSI 0xfee00000-0xfeefffff}. */
    @Override
    public String toString() {
        return kind + " 0x" + Long.toHexString(start) + "-0x" + Long.toHexString(end);
    }
}
