// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.demo.internal;

/**
 * Which page of guest memory each page of the I/O virtual address space is mapped to.
 *
 * @param mappings number of pages, each mapped on its own
 */
record AddressPlan(int mappings) {
    /** Where drivers begin to hand out addresses: above the first 4 GiB, as 64-bit devices do. */
    private static final long BASE = 1L << 32;

    /** Odd, so that it spreads consecutive pages over all of memory. */
    private static final int SPREAD = 0x9e37;

    long virtual(int page) {
        return BASE + (long) page * InProcessGuest.PAGE;
    }

    long physical(int page) {
        return (long) (page * SPREAD & InProcessGuest.PAGES - 1) * InProcessGuest.PAGE;
    }

    /** An address that is never mapped. */
    long stray() {
        return 0xdead0000L;
    }
}
