// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.memory.Window;

/**
 * Reads chains of the usual kind, a readable descriptor and a writable one behind it: of those whose buffers lie in one
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

    /** Whether a window holds a piece, which is not empty and not longer than 2^31 - 1 bytes. */
    static boolean holds(Window window, long address, int length) {
        int size = window.size();
        // An unsigned comparison refuses what is negative, too.
        return Integer.compareUnsigned(length - 1, size) < 0
                && Long.compareUnsigned(address - window.start(), size - length) <= 0;
    }
}
