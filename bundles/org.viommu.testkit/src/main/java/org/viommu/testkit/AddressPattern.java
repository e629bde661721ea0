// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import java.util.random.RandomGenerator;

/** Where a guest maps. Each pattern leads a store into corners of its own. */
enum AddressPattern {
    /** As a driver allocates: ranges of some pages, close together. */
    DENSE {
        @Override
        long start(RandomGenerator random) {
            return 0xffe8_0000L + random.nextInt(1_024) * PAGE;
        }

        @Override
        long length(RandomGenerator random) {
            return (1L << random.nextInt(random.nextInt(1, 5))) * PAGE;
        }
    },

    /** Regions that are filled and emptied, far from one another. */
    CLUSTERS {
        @Override
        long start(RandomGenerator random) {
            return ((long) random.nextInt(3) << 33) + random.nextInt(700) * PAGE;
        }

        @Override
        long length(RandomGenerator random) {
            return random.nextInt(8) == 0 ? random.nextInt(1, 600) * PAGE : PAGE;
        }
    },

    /** Single pages anywhere in 48 bits. */
    SPARSE {
        @Override
        long start(RandomGenerator random) {
            return random.nextLong() >>> 28 << 12;
        }

        @Override
        long length(RandomGenerator random) {
            return PAGE;
        }
    },

    /** Sizes from a page to gigabytes, aligned to pages only. */
    MIXED_SIZES {
        @Override
        long start(RandomGenerator random) {
            return random.nextLong(1L << 24) << 12;
        }

        @Override
        long length(RandomGenerator random) {
            return random.nextLong(1, 2L << random.nextInt(20)) * PAGE;
        }
    },

    /** Any start, and any length up to the whole address space. */
    HUGE {
        @Override
        long start(RandomGenerator random) {
            return random.nextLong();
        }

        @Override
        long length(RandomGenerator random) {
            return random.nextLong() >>> random.nextInt(1, 64);
        }
    },

    /** Bytes, in and across a few pages. */
    BYTES {
        @Override
        long start(RandomGenerator random) {
            return 0x3fff_f000L + random.nextInt(9_000);
        }

        @Override
        long length(RandomGenerator random) {
            return random.nextInt(1, 40);
        }
    },

    /** Bytes and pages side by side. */
    BYTES_AND_PAGES {
        @Override
        long start(RandomGenerator random) {
            return random.nextInt(60) == 0 ? random.nextInt(0x40_0000) : random.nextInt(1_024) * PAGE;
        }

        @Override
        long length(RandomGenerator random) {
            return random.nextInt(60) == 0 ? random.nextInt(1, 9_000) : PAGE;
        }
    },

    /** The end of the address space. */
    TOP {
        @Override
        long start(RandomGenerator random) {
            return -random.nextLong(1, 2L << random.nextInt(1, 24));
        }

        @Override
        long length(RandomGenerator random) {
            return random.nextLong(1, 2L << random.nextInt(1, 14));
        }
    },

    /** Starts and ends at powers of two, and one beside. */
    POWERS_OF_TWO {
        @Override
        long start(RandomGenerator random) {
            return (random.nextLong(4) << random.nextInt(63)) + random.nextInt(-1, 2);
        }

        @Override
        long length(RandomGenerator random) {
            return Math.max(1, (1L << random.nextInt(random.nextInt(1, 62))) + random.nextInt(-1, 2));
        }
    };

    static final long PAGE = 0x1000;

    /** The first address of a range, unsigned. */
    abstract long start(RandomGenerator random);

    /** The length of a range, at least 1. The range may reach beyond the address space. */
    abstract long length(RandomGenerator random);
}
