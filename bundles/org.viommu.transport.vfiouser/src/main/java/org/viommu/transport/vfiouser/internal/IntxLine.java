// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.util.concurrent.atomic.AtomicInteger;
import org.viommu.transport.vfiouser.internal.os.EventFd;

/**
 * The INTx pin towards a VMM, level-triggered over an eventfd that knows no levels: each signal masks the line, and
 * when the VMM unmasks it, having seen the guest acknowledge, a line that is still asserted signals again (AUTOMASKED
 * in {@code linux/vfio.h}).
 *
 * <p>{@link #set} is called by any thread, everything else by the thread of the connection.
 */
final class IntxLine {
    private static final int ASSERTED = 1;
    private static final int MASKED = 2;
    private static final int CONNECTED = 4;

    private final AtomicInteger state = new AtomicInteger();
    private volatile EventFd eventFd;

    /** Sets the level. */
    void set(boolean asserted) {
        if (asserted) {
            change(ASSERTED, 0);
        } else {
            change(0, ASSERTED);
        }
    }

    /** Connects the line, unmasked, or disconnects it if there is no eventfd. */
    void assign(EventFd next) {
        EventFd last = eventFd;
        change(0, CONNECTED | MASKED);
        eventFd = next;
        if (next != null) {
            change(CONNECTED, 0);
        }
        if (last != null) {
            last.close();
        }
    }

    /** Holds signals back. */
    void mask() {
        change(MASKED, 0);
    }

    /** Lets signals through. */
    void unmask() {
        change(0, MASKED);
    }

    /** Signals whatever the level is. */
    void trigger() {
        EventFd target = eventFd;
        if (target != null) {
            target.signal();
        }
    }

    /** Changes bits; a line that is asserted, connected and not masked then signals, and is masked by that. */
    private void change(int set, int clear) {
        int before;
        int after;
        boolean signals;
        do {
            before = state.get();
            after = (before | set) & ~clear;
            signals = (after & (ASSERTED | MASKED | CONNECTED)) == (ASSERTED | CONNECTED);
            if (signals) {
                after |= MASKED;
            }
        } while (!state.compareAndSet(before, after));
        if (signals) {
            trigger();
        }
    }
}
