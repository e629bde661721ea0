// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** Answers requests at the other end of the guest's second serial port, on a thread of its own. */
public final class FakeGuest implements AutoCloseable {
    private final SocketChannel channel;

    private FakeGuest(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * Connects as QEMU does and says that the guest is ready.
     *
     * @param answers from a request to its answer; null for none
     */
    public static FakeGuest connect(Path socket, UnaryOperator<String> answers) throws IOException {
        FakeGuest guest = new FakeGuest(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        guest.send("noise of a line that is not set up\r\nready\r\n");
        Thread thread = new Thread(() -> guest.serve(answers), "fake guest");
        thread.setDaemon(true);
        thread.start();
        return guest;
    }

    private void serve(UnaryOperator<String> answers) {
        try {
            BufferedReader reader = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            for (String request = reader.readLine(); request != null; request = reader.readLine()) {
                String answer = answers.apply(request);
                if (answer != null) {
                    send(answer + "\n");
                }
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void send(String text) throws IOException {
        channel.write(StandardCharsets.UTF_8.encode(text));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
