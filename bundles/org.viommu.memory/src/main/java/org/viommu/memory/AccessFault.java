// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

/**
 * An access that memory refused: a guest's mistake or a refused translation, never a defect of the host.
 *
 * <p>It carries no stack trace, so that a hostile guest cannot make faults dear, and it is meant to be turned into a
 * virtio status, a fault report or a broken queue close to where it is thrown; it never reaches the log.
 */
public final class AccessFault extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why an access was refused. */
    public enum Reason {
        /** No region of guest memory holds the address. */
        OUTSIDE_MEMORY,
        /** The region is read-only and the access was a write. */
        READ_ONLY,
        /** The host gave the region without a way to map it. */
        NOT_MAPPABLE,
        /**
         * The IOMMU in front of memory refused to translate the address; it has reported the fault to the guest itself.
         */
        NOT_TRANSLATED,
        /** The access needs an alignment that the address does not have. */
        MISALIGNED,
        /** The access has been closed. */
        CLOSED
    }

    private final Reason reason;
    private final long address;

    /**
     * Creates a fault.
     *
     * @param reason why the access was refused
     * @param address the first refused address, in the address space of the access that was used
     */
    public AccessFault(Reason reason, long address) {
        super(null, null, false, false);
        this.reason = reason;
        this.address = address;
    }

    /**
     * Why the access was refused.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * The first refused address, in the address space of the access that was used: an IOVA behind an IOMMU, a
     * guest-physical address otherwise.
     *
     * @return the address, unsigned
     */
    public long address() {
        return address;
    }

    @Override
    public String getMessage() {
        return reason + " at 0x" + Long.toHexString(address);
    }
}
