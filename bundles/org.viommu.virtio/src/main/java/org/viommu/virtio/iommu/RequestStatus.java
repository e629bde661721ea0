// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/** Status codes in the tail of an answered request (virtio 1.4, 5.13.6). */
public enum RequestStatus {
    /** The request succeeded. */
    OK(0),
    /** Virtio communication error. */
    IOERR(1),
    /** The device cannot do what was asked. */
    UNSUPP(2),
    /** Internal device error. */
    DEVERR(3),
    /** Invalid parameters. */
    INVAL(4),
    /** Parameters out of range. */
    RANGE(5),
    /** The endpoint or domain does not exist. */
    NOENT(6),
    /** Bad address. */
    FAULT(7),
    /** Insufficient resources. */
    NOMEM(8);

    private static final RequestStatus[] STATUSES = values();

    private final int value;

    RequestStatus(int value) {
        this.value = value;
    }

    /**
     * The status's value on the wire.
     *
     * @return 0 to 8
     */
    public int value() {
        return value;
    }

    /**
     * Finds a status. Allocates nothing.
     *
     * @param value as read from the wire
     * @return the status, or null if the standard has none with this value
     */
    public static RequestStatus of(int value) {
        return value >= 0 && value < STATUSES.length ? STATUSES[value] : null;
    }
}
