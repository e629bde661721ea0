// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.mapping.MappingStore;
import org.viommu.mapping.RecordFault;

/** A mapping store that threw. The device leaves it. */
final class StoreFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient MappingStore store;

    StoreFailure(MappingStore store, Throwable cause) {
        super(cause instanceof RecordFault ? cause.getMessage() : cause.toString(), cause, false, false);
        this.store = store;
    }

    MappingStore store() {
        return store;
    }

    /** Whether the store may do its work later. */
    boolean passing() {
        return getCause() instanceof RecordFault;
    }
}
