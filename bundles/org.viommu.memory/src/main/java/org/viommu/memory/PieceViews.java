// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.viommu.memory.MemoryAccess.Direction;

/** The buffers in which an access shows pieces of one table's windows to visitors; made once, lent again and again. */
final class PieceViews {
    private final ByteBuffer[] readable;
    private final ByteBuffer[] writable;
    private int lent;

    /** Creates views for the windows with indices below {@code windowCount}. */
    PieceViews(int windowCount) {
        readable = new ByteBuffer[windowCount];
        writable = new ByteBuffer[windowCount];
    }

    /**
     * Lends {@code length} bytes of a window until {@link #takeBack()}; a visitor that visits again gets a buffer of
     * its own.
     */
    ByteBuffer lend(Window window, Direction direction, int offset, int length) {
        ByteBuffer[] kept = direction == Direction.READ ? readable : writable;
        ByteBuffer view = lent++ == 0 ? kept[window.index()] : null;
        if (view == null) {
            view = direction == Direction.READ
                    ? window.bytes().asReadOnlyBuffer()
                    : window.bytes().duplicate();
            if (lent == 1) {
                kept[window.index()] = view;
            }
        }
        // The last visitor may have left any limit, mark and order behind.
        return view.clear().position(offset).limit(offset + length).order(ByteOrder.LITTLE_ENDIAN);
    }

    void takeBack() {
        lent--;
    }
}
