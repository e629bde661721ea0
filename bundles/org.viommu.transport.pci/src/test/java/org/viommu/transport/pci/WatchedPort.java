// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A way to a function that notes each write to a BAR. */
class WatchedPort extends FunctionPort {
    final List<String> writes = new CopyOnWriteArrayList<>();

    WatchedPort(PciFunction function, int vectors) {
        super(function, vectors);
    }

    @Override
    public void writeBar(int bar, long offset, int size, long value) {
        writes.add("%d:%x/%d=%x".formatted(bar, offset, size, value));
        super.writeBar(bar, offset, size, value);
    }
}
