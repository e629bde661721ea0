// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import java.io.IOException;

/** The first byte of each change in a batch. */
enum ChangeKind {
    BEGIN,
    BYPASS,
    OPENED,
    CLOSED,
    ATTACHED,
    DETACHED,
    RESET,
    FORGET,
    CREATED,
    DROPPED,
    MAPPED,
    UNMAPPED;

    private static final ChangeKind[] ALL = values();

    static ChangeKind of(int value) throws IOException {
        if (value < 0 || value >= ALL.length) {
            throw new IOException("a change of unknown kind " + value);
        }
        return ALL[value];
    }
}
