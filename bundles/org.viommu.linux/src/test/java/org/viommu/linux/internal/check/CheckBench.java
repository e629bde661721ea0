// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.viommu.linux.internal.guest.Console;
import org.viommu.linux.internal.guest.FakeGuest;
import org.viommu.linux.internal.guest.GuestAgent;

/** A check's surroundings: a guest that answers as the test says, and that remembers what it was asked. */
final class CheckBench implements AutoCloseable {
    private final GuestAgent agent;
    private final FakeGuest fake;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Console console = new Console(line -> {});

    CheckBench(Path folder, UnaryOperator<String> answers) throws IOException {
        Path socket = folder.resolve("control.sock");
        agent = GuestAgent.listen(socket);
        fake = FakeGuest.connect(socket, request -> {
            requests.add(request);
            return answers.apply(request);
        });
    }

    /** The guest, up and ready. */
    Guest guest() throws Exception {
        agent.awaitReady(() -> {});
        return new Guest(agent, console, () -> {});
    }

    GuestAgent agent() {
        return agent;
    }

    Console console() {
        return console;
    }

    List<String> requests() {
        return requests;
    }

    @Override
    public void close() throws IOException {
        fake.close();
        agent.close();
    }
}
