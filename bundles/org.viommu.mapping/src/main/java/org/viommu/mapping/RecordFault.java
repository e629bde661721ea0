// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

/**
 * What a {@link RecordingStore} keeps of a device cannot be read, at present or at all; the message says why in one line. Whoever meets it closes the record
 * without telling it anything, so that what is kept stays, and may try again later with a new one.
 */
public final class RecordFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message what is wrong, and where
     * @param cause what the store met
     */
    public RecordFault(String message, Throwable cause) {
        super(message, cause);
    }
}
