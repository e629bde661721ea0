// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

/**
 * How far the device's side of a queue has come, for whoever watches it. Taken while the device works, each value is
 * one that was true a moment ago.
 *
 * <p>Positions are those of {@link QueueState#next()}: of a split ring the index, 0 to 65535; of a packed ring the slot
 * in bits 0 to 14 and the wrap counter in bit 15.
 *
 * @param packed whether the ring is packed; it is split otherwise
 * @param available up to where the device has seen the driver's chains; of a packed ring the same as {@code popped}
 * @param popped up to where it has taken them
 * @param used up to where the driver sees them given back
 * @param inFlight entries of the ring that the device holds: popped, and not seen as used by the driver
 * @param kicksWanted whether the device has last asked for notifications; false while it watches the ring
 */
public record QueueProgress(boolean packed, int available, int popped, int used, int inFlight, boolean kicksWanted) {
    /** The slot in a position of a packed ring; the bit above is the wrap counter. */
    public static final int SLOT_MASK = PackedLayout.POSITION_WRAP - 1;
}
