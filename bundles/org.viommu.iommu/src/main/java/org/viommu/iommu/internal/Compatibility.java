// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

/**
 * Whose behaviour a device shows where that is not the standard's. What {@link #QEMU} does is what QEMU's own device was
 * seen to do, so that vectors recorded there can be replayed.
 */
enum Compatibility {
    /** Does what the standard asks, with the choices of docs/conformance.md. */
    STRICT("strict"),
    /** Deviates as QEMU does. */
    QEMU("qemu");

    private final String key;

    Compatibility(String key) {
        this.key = key;
    }

    /** Its name in configurations. */
    String key() {
        return key;
    }

    /** Whether a reserved field that is not zero makes ATTACH and UNMAP fail. */
    boolean checksReservedFields() {
        return this == STRICT;
    }

    /** Whether flags exist only once their features are negotiated. */
    boolean checksNegotiation() {
        return this == STRICT;
    }

    /** Whether MAP must be aligned and inside of the input range, and domains inside of the domain range. */
    boolean checksRanges() {
        return this == STRICT;
    }

    /** Whether MAP and ATTACH look at reserved regions. */
    boolean checksReservedRegions() {
        return this == STRICT;
    }

    /** Whether ATTACH of an attached endpoint begins with a DETACH, which stays done when the ATTACH is refused. */
    boolean detachesFirst() {
        return this == QEMU;
    }

    /** Whether DETACH of an endpoint that is attached nowhere finds no such endpoint. */
    boolean forgetsDetached() {
        return this == QEMU;
    }

    /** Whether UNMAP that would split a mapping removes those below it all the same. */
    boolean unmapsUpToSplit() {
        return this == QEMU;
    }

    /** Whether a request of unknown type or too short for its type is answered rather than returned unwritten. */
    boolean answersUnparseable() {
        return this == QEMU;
    }
}
