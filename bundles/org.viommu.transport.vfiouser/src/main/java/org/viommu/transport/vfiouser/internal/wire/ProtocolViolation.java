// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

/**
 * A message that no correct peer sends. It ends the connection, with its text as the only line in the log; it carries
 * no stack trace, as the defect is not on this side.
 */
public final class ProtocolViolation extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Creates a violation.
     *
     * @param message the message, or the part of it that was being read
     * @param text which field has which value, and what is allowed
     */
    public ProtocolViolation(Object message, String text) {
        super(message + ": " + text, null, false, false);
    }
}
