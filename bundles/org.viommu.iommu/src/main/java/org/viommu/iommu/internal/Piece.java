// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess.Direction;

/**
 * The piece of a port's operation that is at work: where it lies in guest memory, how far its translation reaches, and
 * which I/O virtual address a fault in it has.
 *
 * <p>Confined to the port's thread, which is inside its slot.
 */
final class Piece {
    private final PortTranslation translation;

    /**
     * What to add to a guest-physical address to get the I/O virtual one; 0 before the piece is translated.
     */
    private long distance;

    Piece(PortTranslation translation) {
        this.translation = translation;
    }

    /** Begins a piece: translates its first byte. */
    long begin(long address, Direction direction) throws AccessFault {
        distance = 0;
        long physical = translation.translate(address, direction);
        distance = address - physical;
        return physical;
    }

    /** Begins a piece of two bytes that must be aligned. */
    long beginAligned(long address, Direction direction) throws AccessFault {
        if ((address & Short.BYTES - 1) != 0) {
            distance = 0;
            throw new AccessFault(AccessFault.Reason.MISALIGNED, address);
        }
        return begin(address, direction);
    }

    /** Refuses a range that goes on beyond the last address. */
    void checkRange(long address, long length) throws AccessFault {
        if (length > 0 && Unsigned.below(address + length - 1, address)) {
            distance = 0;
            throw new AccessFault(AccessFault.Reason.OUTSIDE_MEMORY, address);
        }
    }

    /** Whether the piece that begins at an address holds that many bytes. */
    boolean reaches(long address, int length) {
        long more = translation.last() - address;
        return more >= length - 1 || more < 0;
    }

    /** How many bytes of those wanted the piece that begins at an address holds. */
    long length(long address, long wanted) {
        long more = translation.last() - address;
        return more < 0 || more >= wanted ? wanted : more + 1;
    }

    /** The fault as the endpoint knows it: memory names guest-physical addresses. */
    AccessFault located(AccessFault fault) {
        return distance == 0 ? fault : new AccessFault(fault.reason(), fault.address() + distance);
    }

    long distance() {
        return distance;
    }

    /** Goes on with a piece in whose middle others were at work. */
    void resume(long former) {
        distance = former;
    }
}
