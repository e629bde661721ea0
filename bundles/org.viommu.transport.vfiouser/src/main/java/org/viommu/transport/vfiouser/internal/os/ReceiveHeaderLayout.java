// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What recvmsg(2) takes and gives, in one block: {@code struct msghdr}, its one {@code struct iovec}, and room for one
 * {@code struct cmsghdr} with file descriptors, cmsg(3). 64-bit Linux.
 *
 * <pre>
 *      0               8               16              24              32
 *      +---------------+-------+-------+---------------+---------------+
 *   0  | name          | n.len | pad   | iov           | iov count     |   msghdr
 *      +---------------+-------+-------+---------------+---------------+
 *  32  | control       | control length| flags | pad   |
 *      +---------------+---------------+-------+-------+
 *  56  | base          | length        |                                   iovec
 *      +---------------+-------+-------+
 *  72  | length        | level | type  |                                   cmsghdr
 *      +-------+-------+-------+-------+
 *  88  | fd 0  | fd 1  | ...           |
 *      +-------+-------+---------------+
 * </pre>
 */
final class ReceiveHeaderLayout {
    static final int CONTROL_LENGTH = 40;
    static final int FLAGS = 48;
    static final int BASE = 56;
    static final int LENGTH = 64;
    static final int RIGHTS_LENGTH = 72;
    static final int RIGHTS_LEVEL = 80;
    static final int RIGHTS_TYPE = 84;
    static final int RIGHTS = 88;

    static final int SOL_SOCKET = 1;
    static final int SCM_RIGHTS = 1;
    static final int MSG_CTRUNC = 0x8;

    private static final int IOV = 16;
    private static final int IOV_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int SIZE = RIGHTS + ReceivedDescriptors.MAX * Integer.BYTES;

    private ReceiveHeaderLayout() {}

    /** A block whose parts point to one another. */
    static MemorySegment allocate(Arena arena) {
        MemorySegment block = arena.allocate(SIZE, Long.BYTES);
        block.set(JAVA_LONG, IOV, block.address() + BASE);
        block.set(JAVA_LONG, IOV_COUNT, 1);
        block.set(JAVA_LONG, CONTROL, block.address() + RIGHTS_LENGTH);
        return block;
    }

    /** Says where the next bytes go and makes room for descriptors. */
    static void prepare(MemorySegment block, MemorySegment target, long length) {
        block.set(JAVA_LONG, BASE, target.address());
        block.set(JAVA_LONG, LENGTH, length);
        block.set(JAVA_LONG, CONTROL_LENGTH, SIZE - RIGHTS_LENGTH);
        block.set(JAVA_INT, FLAGS, 0);
    }

    /** Moves the descriptors that came to their place. */
    static void collect(MemorySegment block, ReceivedDescriptors descriptors) {
        if (block.get(JAVA_LONG, CONTROL_LENGTH) >= RIGHTS - RIGHTS_LENGTH
                && block.get(JAVA_INT, RIGHTS_LEVEL) == SOL_SOCKET
                && block.get(JAVA_INT, RIGHTS_TYPE) == SCM_RIGHTS) {
            long end = RIGHTS_LENGTH + block.get(JAVA_LONG, RIGHTS_LENGTH);
            for (long at = RIGHTS; at < end; at += Integer.BYTES) {
                descriptors.add(block.get(JAVA_INT, at));
            }
        }
        if ((block.get(JAVA_INT, FLAGS) & MSG_CTRUNC) != 0) {
            descriptors.markTruncated();
        }
    }
}
