// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.util.Optional;
import java.util.function.Supplier;
import org.viommu.linux.internal.guest.Console;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.guest.Liveness;
import org.viommu.linux.internal.qemu.QemuMessages;
import org.viommu.linux.internal.qemu.QemuProcess;

/** Says when waiting for the guest has no sense any more. */
final class GuestWatch implements Liveness {
    private final QemuProcess qemu;
    private final QemuMessages messages;
    private final Console console;
    private final Supplier<Optional<String>> failure;
    private final Deadline deadline;

    GuestWatch(
            QemuProcess qemu,
            QemuMessages messages,
            Console console,
            Supplier<Optional<String>> failure,
            Deadline deadline) {
        this.qemu = qemu;
        this.messages = messages;
        this.console = console;
        this.failure = failure;
        this.deadline = deadline;
    }

    @Override
    public void check() throws GuestGone {
        if (console.panic().isPresent()) {
            throw new GuestGone("the guest's kernel gave up: " + console.panic().get());
        }
        if (!qemu.isAlive()) {
            throw new GuestGone("QEMU ended before the checks did" + detail());
        }
        Optional<String> failed = failure.get();
        if (failed.isPresent()) {
            throw new GuestGone(failed.get());
        }
        if (deadline.isOver()) {
            throw new GuestGone("the guest is not done after %d s (--timeout sets that limit)%s"
                    .formatted(deadline.limit().toSeconds(), detail()));
        }
    }

    private String detail() {
        return messages.last().isEmpty() ? "" : "; its last message: " + messages.last();
    }
}
