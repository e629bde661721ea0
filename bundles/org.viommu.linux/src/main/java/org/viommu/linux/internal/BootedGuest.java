// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.viommu.linux.internal.check.Guest;
import org.viommu.linux.internal.guest.Console;
import org.viommu.linux.internal.guest.GuestAgent;
import org.viommu.linux.internal.qemu.QemuMessages;
import org.viommu.linux.internal.qemu.QemuProcess;

/** A guest that runs, or boots still; closing ends it. */
public final class BootedGuest implements AutoCloseable {
    private final GuestAgent agent;
    private final QemuProcess qemu;
    private final Guest guest;

    private BootedGuest(GuestAgent agent, QemuProcess qemu, Guest guest) {
        this.agent = agent;
        this.qemu = qemu;
        this.guest = guest;
    }

    /**
     * Starts QEMU.
     *
     * @param command its command line
     * @param socket the one through which that says the guest is controlled; QEMU runs in its folder
     * @param failure what the guest cannot go on without
     * @throws CannotRun if QEMU cannot be started
     */
    public static BootedGuest boot(
            List<String> command,
            Path socket,
            Console console,
            QemuMessages messages,
            Supplier<Optional<String>> failure,
            Deadline deadline)
            throws CannotRun, IOException {
        GuestAgent agent = GuestAgent.listen(socket);
        try {
            QemuProcess qemu = QemuProcess.start(command, socket.getParent(), console::line, messages);
            GuestWatch watch = new GuestWatch(qemu, messages, console, failure, deadline);
            return new BootedGuest(agent, qemu, new Guest(agent, console, watch));
        } catch (CannotRun e) {
            agent.close();
            throw e;
        }
    }

    /** The guest as it is talked to. */
    public Guest guest() {
        return guest;
    }

    /** Whether the virtual machine is off. */
    public boolean isOver() {
        return !qemu.isAlive();
    }

    @Override
    public void close() throws IOException {
        qemu.close();
        agent.close();
    }
}
