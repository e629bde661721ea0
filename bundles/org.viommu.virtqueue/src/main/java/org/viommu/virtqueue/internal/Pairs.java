// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.nio.ByteBuffer;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.memory.Window;
import org.viommu.virtqueue.Chain;

/**
 * Serves chains of the usual kind, a readable descriptor and a writable one behind it: of those whose buffers lie in one
 * window. It remembers the window, in the present view of memory. Used inside brackets.
 */
abstract class Pairs implements Located {
    final MemoryAccess access;

    /** In which the buffers lie, those that the device reads and those that it writes; null if none is known. */
    Window window;

    Pairs(MemoryAccess access) {
        this.access = access;
    }

    @Override
    public void locate() {
        window = null;
    }

    /** Says where a chain of another kind begins: the pairs that come may be near it. */
    final void follow(long address) {
        if (window == null || !window.holds(address, 1)) {
            Window readable = access.window(address, Direction.READ);
            window = readable == access.window(address, Direction.WRITE) ? readable : null;
        }
    }

    /**
     * Has a chain be pairs in a window. Returns the buffer of the ring: as the chain has it if their buffers are the same,
     * so that the compiler sees one and checks it once.
     */
    final ByteBuffer bind(Chain chain, Window window, ByteBuffer ring) {
        chain.bind(access, window);
        ByteBuffer bytes = chain.bytes();
        return bytes == ring ? bytes : ring;
    }

    /**
     * Whether a window of {@code size} bytes at {@code start} holds a piece, which is not empty and not longer than 2^31 - 1
     * bytes.
     */
    static boolean holds(long start, int size, long address, int length) {
        // An unsigned comparison refuses what is negative, too.
        return Integer.compareUnsigned(length - 1, size) < 0
                && Long.compareUnsigned(address - start, size - length) <= 0;
    }

    /** Refuses what a device cannot have written into a chain. */
    static void checkWritten(Chain chain, int written) {
        if (Integer.toUnsignedLong(written) > chain.writableLength()) {
            throw new IllegalArgumentException(
                    "%s bytes written of %d".formatted(Integer.toUnsignedString(written), chain.writableLength()));
        }
    }
}
