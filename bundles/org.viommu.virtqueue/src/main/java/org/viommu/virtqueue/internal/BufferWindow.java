// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.memory.Window;

/**
 * The window in which a queue's buffers lie, those that the device reads and those that it writes. Used inside brackets.
 */
final class BufferWindow {
    private final MemoryAccess access;

    /** Of the present view, or null. */
    private Window window;

    BufferWindow(MemoryAccess access) {
        this.access = access;
    }

    /** Forgets the window, because the view is another one. */
    void forget() {
        window = null;
    }

    /** The window, or null if none is known. */
    Window window() {
        return window;
    }

    /** Takes the window that holds a byte, for the chains that come. */
    void follow(long address) {
        if (window == null || !window.holds(address, 1)) {
            Window readable = access.window(address, Direction.READ);
            window = readable == access.window(address, Direction.WRITE) ? readable : null;
        }
    }

    /** Whether a window holds two pieces, neither of which is empty or longer than 2^31 - 1 bytes. */
    static boolean holds(Window window, long first, int firstLength, long second, int secondLength) {
        long firstOffset = first - window.start();
        long secondOffset = second - window.start();
        // The last offsets at which the pieces would fit.
        long firstLast = (long) window.size() - firstLength;
        long secondLast = (long) window.size() - secondLength;
        // One branch for eight comparisons: none of the numbers may be negative.
        long signs = firstOffset | firstLast | firstLast - firstOffset | firstLength - 1L;
        return (signs | secondOffset | secondLast | secondLast - secondOffset | secondLength - 1L) >= 0;
    }
}
