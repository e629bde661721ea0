// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.viommu.transport.pci.PciInterrupts;
import org.viommu.transport.vfiouser.internal.os.EventFd;

/**
 * The eventfds of one connection. The function signals from any thread without a lock; the thread of the connection
 * assigns them. A vector without an eventfd sends nothing.
 */
final class InterruptTable implements PciInterrupts {
    private final AtomicReferenceArray<EventFd> vectors;
    private final IntxLine intx = new IntxLine();

    InterruptTable(int vectors) {
        this.vectors = new AtomicReferenceArray<>(vectors);
    }

    @Override
    public void msix(int vector) {
        EventFd target;
        do {
            // Again if it was closed in between: its successor must not miss the message.
            target = vectors.get(vector);
        } while (target != null && !target.signal());
    }

    @Override
    public void intx(boolean asserted) {
        intx.set(asserted);
    }

    /** The INTx pin. */
    IntxLine intx() {
        return intx;
    }

    /** Number of MSI-X vectors. */
    int vectors() {
        return vectors.length();
    }

    /** Puts another eventfd, or none, in the place of a vector's present one. */
    void assign(int vector, EventFd next) {
        EventFd last = vectors.getAndSet(vector, next);
        if (last != null) {
            last.close();
        }
    }

    /** Takes all vectors' eventfds away. */
    void disableMsix() {
        for (int vector = 0; vector < vectors.length(); vector++) {
            assign(vector, null);
        }
    }
}
