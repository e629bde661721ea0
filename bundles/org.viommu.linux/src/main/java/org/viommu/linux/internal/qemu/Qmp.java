// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.qemu;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.guest.Liveness;

/** QEMU's monitor for programs (QEMU, docs/interop/qmp-spec): one JSON object a line, commands answered in order, events, for which nobody waits, in between. */
public final class Qmp implements AutoCloseable {
    private final SocketChannel socket;
    private final LinkedBlockingQueue<JsonObject> answers = new LinkedBlockingQueue<>();

    private Qmp(SocketChannel socket) {
        this.socket = socket;
    }

    /** Connects to a socket on which QEMU listens already. */
    public static Qmp connect(Path path, Liveness liveness) throws IOException, GuestGone, InterruptedException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        Qmp qmp = new Qmp(socket);
        try {
            socket.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        Thread thread = new Thread(qmp::receive, "QMP answers");
        thread.setDaemon(true);
        thread.start();
        qmp.execute("qmp_capabilities", new JsonObject(), liveness);
        return qmp;
    }

    private void receive() {
        try (BufferedReader reader = new BufferedReader(Channels.newReader(socket, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                JsonObject message = JsonParser.parseString(line).getAsJsonObject();
                if (message.has("return") || message.has("error")) {
                    answers.add(message);
                }
            }
        } catch (IOException | JsonParseException | IllegalStateException e) {
            // Closed by us or by QEMU; whoever waits for an answer learns from QEMU's end.
        }
    }

    /**
     * Lets QEMU do something and waits until it has done it.
     *
     * @return empty, or what QEMU complains about
     */
    public String execute(String command, JsonObject arguments, Liveness liveness)
            throws IOException, GuestGone, InterruptedException {
        JsonObject request = new JsonObject();
        request.addProperty("execute", command);
        request.add("arguments", arguments);
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(request + "\n");
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
        while (true) {
            JsonObject answer = answers.poll(Liveness.POLL_MILLIS, TimeUnit.MILLISECONDS);
            if (answer != null) {
                return answer.has("error")
                        ? answer.getAsJsonObject("error").get("desc").getAsString()
                        : "";
            }
            liveness.check();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
