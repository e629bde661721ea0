// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.nio.ByteBuffer;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.memory.MemoryAccess.Visitor;

/**
 * Shows a visitor the pieces of an operation, each with its offset from where the whole visit began. The visitor may
 * use the port too, even for another visit.
 *
 * <p>Confined to the port's thread, which is inside its slot.
 */
final class PieceVisits implements Visitor {
    private final MemoryAccess memory;
    private final Piece piece;
    private long base;
    private Visitor target;

    /**
     * Begins without a visit.
     *
     * @param memory behind the port
     * @param piece of the port
     */
    PieceVisits(MemoryAccess memory, Piece piece) {
        this.memory = memory;
        this.piece = piece;
    }

    void visit(long address, long length, Direction direction, Visitor visitor) throws AccessFault {
        for (long done = 0; done < length; ) {
            long physical = piece.begin(address + done, direction);
            long size = piece.length(address + done, length - done);
            visit(physical, size, direction, done, visitor);
            done += size;
        }
    }

    private void visit(long physical, long length, Direction direction, long offset, Visitor visitor)
            throws AccessFault {
        long outerBase = base;
        Visitor outerTarget = target;
        base = offset;
        target = visitor;
        try {
            memory.visit(physical, length, direction, this);
        } finally {
            base = outerBase;
            target = outerTarget;
        }
    }

    @Override
    public void visit(ByteBuffer bytes, long offset) {
        long distance = piece.distance();
        target.visit(bytes, base + offset);
        piece.resume(distance);
    }
}
