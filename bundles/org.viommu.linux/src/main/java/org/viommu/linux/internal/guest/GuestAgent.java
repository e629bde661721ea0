// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Our end of the guest's second serial port, where {@code /init} takes requests and answers them one by one. */
public final class GuestAgent implements AutoCloseable {
    private static final String READY = "ready";

    private final ServerSocketChannel server;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private volatile SocketChannel connection;

    private GuestAgent(ServerSocketChannel server) {
        this.server = server;
    }

    /** Listens on a socket for QEMU to connect to. */
    public static GuestAgent listen(Path socket) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            server.close();
            throw e;
        }
        GuestAgent agent = new GuestAgent(server);
        Thread thread = new Thread(agent::receive, "guest answers");
        thread.setDaemon(true);
        thread.start();
        return agent;
    }

    private void receive() {
        try (SocketChannel accepted = server.accept();
                BufferedReader reader = new BufferedReader(Channels.newReader(accepted, StandardCharsets.UTF_8))) {
            connection = accepted;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line.replace("\r", ""));
            }
        } catch (IOException e) {
            // Closed by us or by QEMU; whoever waits for an answer learns from QEMU's end.
        }
    }

    /**
     * Waits until the guest takes requests.
     *
     * @param liveness asked now and then whether to wait on
     */
    public void awaitReady(Liveness liveness) throws GuestGone, InterruptedException {
        while (!next(liveness).equals(READY)) {
            // Noise of a line that the guest has not set up yet.
        }
    }

    /**
     * Lets the guest do something and waits until it has done it.
     *
     * @param liveness asked now and then whether to wait on
     * @param request words of the request
     */
    public Answer ask(Liveness liveness, Object... request) throws GuestGone, InterruptedException {
        send(request);
        return new Answer(next(liveness));
    }

    /** Lets the guest do something that it does not answer. */
    public void send(Object... request) throws GuestGone {
        StringBuilder line = new StringBuilder();
        for (Object word : request) {
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(line.append('\n').toString());
        try {
            while (bytes.hasRemaining()) {
                connection.write(bytes);
            }
        } catch (IOException e) {
            throw new GuestGone("QEMU closed the guest's serial port (" + e.getMessage() + ")");
        }
    }

    private String next(Liveness liveness) throws GuestGone, InterruptedException {
        while (true) {
            String line = lines.poll(Liveness.POLL_MILLIS, TimeUnit.MILLISECONDS);
            if (line != null) {
                return line;
            }
            liveness.check();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        SocketChannel accepted = connection;
        if (accepted != null) {
            accepted.close();
        }
    }
}
