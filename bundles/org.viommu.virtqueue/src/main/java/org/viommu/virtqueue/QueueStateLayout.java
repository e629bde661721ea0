// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

/**
 * Byte layout of a saved {@link QueueState}, version 1. All fields are little-endian.
 *
 * <pre>
 *     0         2        4       6       8
 *     +---------+--------+-------+-------+
 *     | version | layout | size  | next  |
 *     +---------+--------+-------+-------+
 * </pre>
 */
final class QueueStateLayout {
    static final int SIZE = 8;
    static final int VERSION = 0;
    static final int LAYOUT = 2;
    static final int QUEUE_SIZE = 4;
    static final int NEXT = 6;

    static final int VERSION_1 = 1;
    static final int LAYOUT_SPLIT = 0;
    static final int LAYOUT_PACKED = 1;

    private QueueStateLayout() {}
}
