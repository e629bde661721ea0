// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block;

import java.util.Map;

/** Feature bits of the block device (virtio 1.4, 5.2.3), as masks: those that a driver can meet here. */
public final class BlockFeatures {
    /** The configuration space says how many pieces the data of a request may have at most. */
    public static final long SEG_MAX = 1L << 2;

    /** The device cannot be written. */
    public static final long RO = 1L << 5;

    /** The configuration space holds the size of a block. */
    public static final long BLK_SIZE = 1L << 6;

    /** Writes are kept only after a FLUSH request. A driver that does not accept this gets each write kept before its request is answered. */
    public static final long FLUSH = 1L << 9;

    /** WRITE_ZEROES requests exist. */
    public static final long WRITE_ZEROES = 1L << 14;

    /** The names of the bits of this class. */
    public static final Map<Long, String> NAMES =
            Map.of(SEG_MAX, "SEG_MAX", RO, "RO", BLK_SIZE, "BLK_SIZE", FLUSH, "FLUSH", WRITE_ZEROES, "WRITE_ZEROES");

    private BlockFeatures() {}
}
