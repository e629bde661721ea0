// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * A buffer that the device has given back.
 *
 * @param returned false if it has not: the other components then have no meaning
 * @param usedLength the length that the device reported as written
 * @param writable the whole device-writable part, {@link DevicePort#FILL} where the device has not written
 */
public record Answer(boolean returned, long usedLength, byte[] writable) {
    /** The device has not given the buffer back. */
    public static final Answer NONE = new Answer(false, 0, new byte[0]);

    /**
     * Whether the device has written nothing and says so.
     *
     * @return true for a buffer that came back as it was, with length 0
     */
    public boolean unwritten() {
        return returned && usedLength == 0 && untouched(0);
    }

    /**
     * Whether the bytes from an offset on are as they were.
     *
     * @param offset at least 0; at or behind the end there is nothing to be touched
     * @return true if all are {@link DevicePort#FILL}
     */
    public boolean untouched(int offset) {
        for (int i = offset; i < writable.length; i++) {
            if (writable[i] != DevicePort.FILL) {
                return false;
            }
        }
        return true;
    }

    /**
     * The status in a tail.
     *
     * @param offset of the tail in the writable part
     * @return the status; null if there is none of the standard
     */
    public RequestStatus status(int offset) {
        boolean present = returned && offset + RequestLayout.TAIL_SIZE <= writable.length;
        return present ? RequestStatus.of(Byte.toUnsignedInt(writable[offset + RequestLayout.STATUS])) : null;
    }

    /**
     * The written bytes as little-endian fields.
     *
     * @return a read-only view
     */
    public ByteBuffer fields() {
        return ByteBuffer.wrap(writable).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Compares the bytes too. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Answer answer
                && returned == answer.returned
                && usedLength == answer.usedLength
                && Arrays.equals(writable, answer.writable);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(writable) * 31 + Long.hashCode(usedLength);
    }

    /** Says what came back: its status, or that nothing did. */
    @Override
    public String toString() {
        if (!returned) {
            return "not given back";
        }
        if (unwritten()) {
            return "unwritten, length 0";
        }
        int tail = Math.max(0, (int) Math.min(usedLength, writable.length) - RequestLayout.TAIL_SIZE);
        RequestStatus status = status(tail);
        return (status == null ? "no status" : status.toString()) + ", length " + usedLength;
    }
}
