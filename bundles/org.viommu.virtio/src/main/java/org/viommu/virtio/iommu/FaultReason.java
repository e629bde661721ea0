// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/** Why an access was refused, as fault reports say it (virtio 1.4, 5.13.6.9). */
public enum FaultReason {
    /** Any other reason, such as an endpoint that does not exist. */
    UNKNOWN(0),
    /** The endpoint is not attached to a domain. */
    DOMAIN(1),
    /** There is no mapping at the address, or it does not allow this access. */
    MAPPING(2);

    private static final FaultReason[] REASONS = values();

    private final int value;

    FaultReason(int value) {
        this.value = value;
    }

    /**
     * The reason's value on the wire.
     *
     * @return 0 to 2
     */
    public int value() {
        return value;
    }

    /**
     * Finds a reason. Allocates nothing.
     *
     * @param value as read from the wire
     * @return the reason; {@link #UNKNOWN} for values that the standard does not have, as it asks of drivers
     */
    public static FaultReason of(int value) {
        return value >= 0 && value < REASONS.length ? REASONS[value] : UNKNOWN;
    }
}
