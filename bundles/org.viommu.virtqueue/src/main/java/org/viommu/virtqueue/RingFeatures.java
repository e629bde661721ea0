// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import java.util.Map;

/**
 * The feature bits that belong to the rings and not to a device type (virtio 1.4, 6: reserved feature bits), as masks.
 */
public final class RingFeatures {
    /** The driver may put a chain's descriptors into a table of its own (virtio 1.4, 2.7.5.3 and 2.8.7). */
    public static final long INDIRECT_DESC = 1L << 28;

    /** Each side says at which index it wants the next notification (virtio 1.4, 2.7.7, 2.7.10, 2.8.10). */
    public static final long EVENT_IDX = 1L << 29;

    /** The rings have the packed layout (virtio 1.4, 2.8). */
    public static final long PACKED = 1L << 34;

    /**
     * The device gives chains back in the order in which they were made available, and may name only the last of a
     * batch (virtio 1.4, 2.7.9 and 2.8.8).
     */
    public static final long IN_ORDER = 1L << 35;

    /** What a device offers unless it is told otherwise. */
    public static final long SUPPORTED = INDIRECT_DESC | EVENT_IDX;

    /**
     * What the queues of this package can do besides. A device offers these if it is told to: drivers take what they
     * are offered, and these change how the rings work. A device offers no other bits of this class.
     */
    public static final long OPTIONAL = PACKED | IN_ORDER;

    /** The names of the bits of this class. */
    public static final Map<Long, String> NAMES = Map.of(
            INDIRECT_DESC, "INDIRECT_DESC",
            EVENT_IDX, "EVENT_IDX",
            PACKED, "RING_PACKED",
            IN_ORDER, "IN_ORDER");

    /**
     * What a device offers that is told what to offer besides {@link #SUPPORTED}.
     *
     * @param packed whether drivers may choose the packed layout
     * @param inOrder whether drivers may have chains given back in order
     * @return a mask
     */
    public static long offer(boolean packed, boolean inOrder) {
        return SUPPORTED | (packed ? PACKED : 0) | (inOrder ? IN_ORDER : 0);
    }

    private RingFeatures() {}
}
