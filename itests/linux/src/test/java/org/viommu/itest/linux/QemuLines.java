// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.linux;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
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

/** A connection to a QEMU through one of its sockets on which lines answer lines: the monitor, or the accesses of a processor. */
final class QemuLines implements AutoCloseable {
    private final SocketChannel socket;
    private final BufferedReader reader;

    private QemuLines(SocketChannel socket) {
        this.socket = socket;
        reader = new BufferedReader(Channels.newReader(socket, StandardCharsets.UTF_8));
    }

    /** Connects, once QEMU listens. */
    static QemuLines connect(Path path, ProcessHandle qemu) throws IOException, InterruptedException {
        while (true) {
            SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                socket.connect(UnixDomainSocketAddress.of(path));
                return new QemuLines(socket);
            } catch (IOException e) {
                socket.close();
                if (!qemu.isAlive()) {
                    throw e;
                }
                Thread.sleep(20);
            }
        }
    }

    /** The next answer of QMP, whatever happens in between: what a command returns, or what is wrong with it. */
    JsonElement qmp(String command, JsonObject arguments) throws IOException {
        JsonObject request = new JsonObject();
        request.addProperty("execute", command);
        request.add("arguments", arguments);
        send(request.toString());
        while (true) {
            JsonObject answer = JsonParser.parseString(next()).getAsJsonObject();
            if (answer.has("return")) {
                return answer.get("return");
            }
            if (answer.has("error")) {
                return answer.getAsJsonObject("error").get("desc");
            }
        }
    }

    /** A processor's access, in the protocol of QEMU's own tests of devices; the answer without its OK. */
    String access(String access) throws IOException {
        send(access);
        String answer = next();
        if (!answer.startsWith("OK")) {
            throw new IOException(access + ": " + answer);
        }
        return answer.substring(2).trim();
    }

    private void send(String line) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }

    private String next() throws IOException {
        String line = reader.readLine();
        if (line == null) {
            throw new IOException("QEMU has ended");
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
