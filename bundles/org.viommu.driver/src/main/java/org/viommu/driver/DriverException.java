// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

/** A device that cannot be driven, or not any more: the message says why, the reason what kind it is. */
public final class DriverException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why a device cannot be driven. */
    public enum Reason {
        /** The transport leads to no device, or to one of another type. */
        WRONG_DEVICE,
        /** The device lacks a feature that the driver needs, or refuses the driver's choice. */
        FEATURES,
        /** The configuration space contradicts the standard. */
        CONFIGURATION,
        /** A queue is missing or cannot be enabled. */
        QUEUE,
        /** The piece of memory given to the driver is no memory. */
        MEMORY,
        /** The device did not answer in time. */
        TIMEOUT,
        /** The device asks for a reset. */
        NEEDS_RESET,
        /** The device broke the rules of a ring. */
        RING,
        /** The device has refused a request; the message names the status. */
        REFUSED,
        /** No I/O virtual addresses, or no domain IDs, are left. */
        ADDRESSES,
        /** The driver has been closed. */
        CLOSED
    }

    private final Reason reason;

    /**
     * Creates an exception.
     *
     * @param reason the kind
     * @param message what happened, for a person
     */
    public DriverException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /**
     * Creates an exception with a cause.
     *
     * @param reason the kind
     * @param message what happened, for a person
     * @param cause what lies beneath
     */
    public DriverException(Reason reason, String message, Throwable cause) {
        super(message + ": " + cause.getMessage(), cause);
        this.reason = reason;
    }

    /**
     * What kind of failure it is.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
