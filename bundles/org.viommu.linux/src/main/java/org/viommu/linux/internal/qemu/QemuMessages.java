// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.qemu;

import java.util.function.Consumer;

/** Passes QEMU's own messages on, up to a limit: a QEMU whose devices are gone says so without end. */
public final class QemuMessages implements Consumer<String> {
    private static final int LIMIT = 20;

    private final Consumer<String> next;
    private int count;
    private volatile String last = "";

    /** @param next told the first messages */
    public QemuMessages(Consumer<String> next) {
        this.next = next;
    }

    @Override
    public void accept(String line) {
        if (count++ < LIMIT) {
            last = line;
            next.accept(line);
        }
    }

    /** The last message that was passed on; empty if QEMU said nothing. */
    public String last() {
        return last;
    }
}
