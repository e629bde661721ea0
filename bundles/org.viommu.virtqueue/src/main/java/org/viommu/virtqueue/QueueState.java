// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Where the device's side of a queue stands while it holds no chain: all that a fresh instance needs to go on, besides
 * {@link QueueAddresses}, the negotiated features and the memory with the ring in it.
 *
 * <p>Whether the driver has been interrupted for what was published last is not part of it, and neither are kicks: who
 * restores a queue serves it once and interrupts once, which a driver tolerates.
 *
 * @param packed whether the ring is packed; it is split otherwise
 * @param size number of entries, 1 to 32768; a power of two for a split ring
 * @param next which chain comes next. Of a split ring the available index, 0 to 65535, which the used index equals; of
 *     a packed ring the slot in bits 0 to 14, below {@code size}, and the wrap counter in bit 15, both the same for
 *     available and for used descriptors
 */
public record QueueState(boolean packed, int size, int next) {
    /** Bytes that {@link #write} writes and {@link #read} reads. */
    public static final int BYTES = QueueStateLayout.SIZE;

    private static final int SHORT_MASK = 0xffff;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the size is not allowed in the layout or no ring of that size comes to stand
     *     at {@code next}
     */
    public QueueState {
        if (size < 1 || size > QueueAddresses.MAX_SIZE || !packed && Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("queue size " + size + " is not "
                    + (packed ? "in 1.." : "a power of two in 1..") + QueueAddresses.MAX_SIZE);
        }
        int slot = packed ? next & ~PackedLayout.POSITION_WRAP : 0;
        if (next < 0 || next > SHORT_MASK || slot >= size) {
            throw new IllegalArgumentException("position 0x%x is not one of a %s ring of %d entries"
                    .formatted(next, packed ? "packed" : "split", size));
        }
    }

    /**
     * Saves the state.
     *
     * @param target has room for {@link #BYTES} bytes, which are written from its position on in little-endian order,
     *     whatever the buffer's
     */
    public void write(ByteBuffer target) {
        byte[] bytes = new byte[BYTES];
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(QueueStateLayout.VERSION, (short) QueueStateLayout.VERSION_1)
                .putShort(QueueStateLayout.LAYOUT, (short)
                        (packed ? QueueStateLayout.LAYOUT_PACKED : QueueStateLayout.LAYOUT_SPLIT))
                .putShort(QueueStateLayout.QUEUE_SIZE, (short) size)
                .putShort(QueueStateLayout.NEXT, (short) next);
        target.put(bytes);
    }

    /**
     * Reads what {@link #write} has written.
     *
     * @param source holds {@link #BYTES} bytes from its position on, which is moved behind them
     * @return the state
     * @throws IllegalArgumentException if the bytes are of another version or hold no state
     */
    public static QueueState read(ByteBuffer source) {
        byte[] bytes = new byte[BYTES];
        source.get(bytes);
        ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int version = fields.getShort(QueueStateLayout.VERSION) & SHORT_MASK;
        if (version != QueueStateLayout.VERSION_1) {
            throw new IllegalArgumentException(
                    "queue state has version " + version + ", not " + QueueStateLayout.VERSION_1);
        }
        int layout = fields.getShort(QueueStateLayout.LAYOUT) & SHORT_MASK;
        if (layout != QueueStateLayout.LAYOUT_SPLIT && layout != QueueStateLayout.LAYOUT_PACKED) {
            throw new IllegalArgumentException("queue state has layout %d, neither %d (split) nor %d (packed)"
                    .formatted(layout, QueueStateLayout.LAYOUT_SPLIT, QueueStateLayout.LAYOUT_PACKED));
        }
        return new QueueState(
                layout == QueueStateLayout.LAYOUT_PACKED,
                fields.getShort(QueueStateLayout.QUEUE_SIZE) & SHORT_MASK,
                fields.getShort(QueueStateLayout.NEXT) & SHORT_MASK);
    }
}
