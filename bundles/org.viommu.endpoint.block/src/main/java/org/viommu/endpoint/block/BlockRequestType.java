// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block;

/** Types of requests, the first field of each (virtio 1.4, 5.2.6): those that the device serves. */
public enum BlockRequestType {
    /** Reads sectors. */
    IN(0),
    /** Writes sectors. */
    OUT(1),
    /** Keeps all writes that were answered before. */
    FLUSH(4),
    /** Asks for the device's serial number. */
    GET_ID(8),
    /** Fills a range of sectors with zeros, see {@link WriteZeroesLayout}. */
    WRITE_ZEROES(13);

    private static final BlockRequestType[] TYPES = new BlockRequestType[WRITE_ZEROES.value + 1];

    static {
        for (BlockRequestType type : values()) {
            TYPES[type.value] = type;
        }
    }

    private final int value;

    BlockRequestType(int value) {
        this.value = value;
    }

    /**
     * The type's value on the wire.
     *
     * @return a value of the standard
     */
    public int value() {
        return value;
    }

    /**
     * Finds a type. Allocates nothing.
     *
     * @param value as read from the wire
     * @return the type, or null if the device does not serve it
     */
    public static BlockRequestType of(int value) {
        return value >= 0 && value < TYPES.length ? TYPES[value] : null;
    }
}
