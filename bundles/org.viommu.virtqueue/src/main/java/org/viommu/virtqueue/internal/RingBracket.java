// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.util.ArrayList;
import java.util.List;
import org.viommu.memory.MemoryAccess;

/**
 * The bracket around what a queue does with its areas. Inside, they have been located in the present view of memory;
 * outside of a burst, a queue opens one for itself.
 */
final class RingBracket {
    private static final long NO_VIEW = -1;

    private final MemoryAccess access;
    private final List<Located> located = new ArrayList<>();

    /** The view in which the areas were located. */
    private long view = NO_VIEW;

    RingBracket(MemoryAccess access, Located... areas) {
        this.access = access;
        located.addAll(List.of(areas));
    }

    /** Has something located too from now on, after what is located already. */
    void add(Located further) {
        located.add(further);
    }

    /** Enters memory, unless a burst is under way in which the areas have been located; returns whether it did. */
    boolean enter() {
        if (access.view() == view) {
            return false;
        }
        access.enter();
        long now = access.view();
        if (now != view) {
            locate(now);
        }
        return true;
    }

    private void locate(long now) {
        located.forEach(Located::locate);
        // Without views it is asked each time for windows that it does not have.
        view = now != 0 ? now : NO_VIEW;
    }

    /** Exits what {@link #enter()} has entered. */
    void exit(boolean entered) {
        if (entered) {
            access.exit();
        }
    }
}
