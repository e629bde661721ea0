// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

import java.io.IOException;

/** What was read is not a snapshot that can be restored; the message says why and where. */
public final class SnapshotFault extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message what is wrong
     */
    public SnapshotFault(String message) {
        super(message);
    }
}
