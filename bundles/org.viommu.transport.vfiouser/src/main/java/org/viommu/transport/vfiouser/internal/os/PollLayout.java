// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;

/**
 * Structure {@code pollfd} of poll(2).
 *
 * <pre>
 * 0       4         6          8
 * +-------+---------+----------+
 * | fd    | events  | revents  |
 * +-------+---------+----------+
 * </pre>
 */
final class PollLayout {
    static final MemoryLayout STRUCTURE = MemoryLayout.structLayout(JAVA_INT, JAVA_SHORT, JAVA_SHORT);

    private static final long FD = 0;
    private static final long EVENTS = 4;
    private static final short POLLIN = 1;

    private PollLayout() {}

    /** Asks for input on a descriptor. */
    static void prepare(MemorySegment structure, int fd) {
        structure.fill((byte) 0);
        structure.set(JAVA_INT, FD, fd);
        structure.set(JAVA_SHORT, EVENTS, POLLIN);
    }
}
