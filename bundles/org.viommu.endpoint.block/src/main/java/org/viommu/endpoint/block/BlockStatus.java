// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block;

/** The last byte of an answered request (virtio 1.4, 5.2.6). */
public enum BlockStatus {
    /** Done. */
    OK(0),
    /** Not done: out of the device's range, not allowed, malformed, or the file or the driver's memory failed. */
    IOERR(1),
    /** The device does not serve such requests. */
    UNSUPP(2);

    private final int value;

    BlockStatus(int value) {
        this.value = value;
    }

    /**
     * The status's value on the wire.
     *
     * @return 0 to 2
     */
    public int value() {
        return value;
    }
}
