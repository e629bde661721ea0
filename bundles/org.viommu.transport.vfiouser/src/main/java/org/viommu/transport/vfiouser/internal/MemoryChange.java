// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.io.IOException;
import org.viommu.transport.pci.PciFunction;
import org.viommu.transport.vfiouser.internal.os.UnixConnection;

/**
 * A VMM's change of the guest's memory, of which the protocol knows single steps only: when a firmware opens a window in
 * RAM, QEMU takes all of RAM away and gives it back in pieces. A device that worked between two steps would find its
 * rings gone; so it stands still from the first step that takes something away.
 *
 * <p>The change is over when the VMM asks for anything else, or for nothing. QEMU makes its changes under the lock under
 * which it also does everything else, so nothing else comes between two steps.
 */
final class MemoryChange {
    /** Longer than a busy VMM takes from step to step; this long a device stands still when memory is only taken away. */
    private static final int QUIET_MILLIS = 250;

    private final PciFunction function;
    private boolean underWay;

    MemoryChange(PciFunction function) {
        this.function = function;
    }

    /** A step is about to be taken. Returns when the device stands still. */
    void begin() {
        if (!underWay) {
            underWay = true;
            function.suspend();
        }
    }

    /** Ends a change that is under way if the VMM asks for nothing more; does not wait otherwise. */
    void endIfQuiet(UnixConnection connection) throws IOException {
        if (underWay && !connection.awaitInput(QUIET_MILLIS)) {
            end();
        }
    }

    /** The VMM is done with it, if there was a change. */
    void end() {
        if (underWay) {
            underWay = false;
            function.resume();
        }
    }
}
