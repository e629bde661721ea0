// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Between hosts on loopback: each is reached at a public address, where a relay takes connections and hands on what comes. While it is cut, nothing passes
 * between a host and the others: connections stay open, and nobody hears that nothing comes any more; new ones come to nothing.
 */
final class Network implements AutoCloseable {
    private static final int FIRST = 2;
    private static final int BUFFER = 1 << 16;

    private final int hosts;
    private final int port;
    private final List<ServerSocket> doors = new ArrayList<>();
    private final Set<Socket> sockets = new HashSet<>();

    /** The host that is alone; -1 if none is. */
    private int alone = -1;

    private boolean closed;

    /**
     * Opens the public addresses.
     *
     * @param hosts number of hosts, from 0
     * @param port of all of them
     */
    Network(int hosts, int port) throws IOException {
        this.hosts = hosts;
        this.port = port;
        for (int host = 0; host < hosts; host++) {
            ServerSocket door = new ServerSocket();
            door.setReuseAddress(true);
            door.bind(new InetSocketAddress(publicHost(host), port));
            doors.add(door);
            int to = host;
            begin("door-" + host, () -> serve(door, to));
        }
    }

    int hosts() {
        return hosts;
    }

    int port() {
        return port;
    }

    /** Where a host listens. */
    String address(int host) {
        return "127.0.0." + (FIRST + host);
    }

    /** Where others reach it, as HOST:PORT. */
    String publicAddress(int host) {
        return publicHost(host) + ":" + port;
    }

    /** From now on nothing passes between this host and the others. */
    synchronized void cut(int host) {
        alone = host;
    }

    /** Everything passes again. Connections through the cut end. */
    synchronized void heal() {
        alone = -1;
        notifyAll();
    }

    @Override
    public void close() throws IOException {
        List<Socket> open;
        synchronized (this) {
            closed = true;
            heal();
            open = List.copyOf(sockets);
        }
        for (ServerSocket door : doors) {
            door.close();
        }
        for (Socket socket : open) {
            socket.close();
        }
    }

    private static String publicHost(int host) {
        return "127.0.1." + (FIRST + host);
    }

    private void serve(ServerSocket door, int to) {
        try {
            while (true) {
                Socket client = door.accept();
                // A host connects from its own address, or from its public one.
                byte[] address = client.getInetAddress().getAddress();
                int from = address[address.length - 1] - FIRST;
                begin("link-" + from + "-" + to, () -> link(client, from, to));
            }
        } catch (IOException e) {
            // The door is closed, and the test is over.
            return;
        }
    }

    private void link(Socket client, int from, int to) {
        try {
            if (isCut(from, to)) {
                // Left open, it would have Hazelcast try without a pause to write what it must not before the other
                // side has answered.
                closeQuietly(client);
                return;
            }
            Socket server = new Socket(InetAddress.getByName(address(to)), port);
            begin("back-" + from + "-" + to, () -> pump(server, client, from, to));
            pump(client, server, from, to);
        } catch (IOException e) {
            // Nobody is at home.
            closeQuietly(client);
        }
    }

    /** Hands on what comes, until it ends or the network is cut meanwhile. */
    private void pump(Socket in, Socket out, int from, int to) {
        synchronized (this) {
            sockets.add(in);
        }
        try {
            byte[] buffer = new byte[BUFFER];
            for (int count = in.getInputStream().read(buffer);
                    count >= 0 && !awaitWhole(from, to);
                    count = in.getInputStream().read(buffer)) {
                out.getOutputStream().write(buffer, 0, count);
            }
        } catch (IOException e) {
            // One of them is gone, which the other is to hear unless the network is cut.
        } finally {
            awaitWhole(from, to);
            closeQuietly(in);
            closeQuietly(out);
            synchronized (this) {
                sockets.remove(in);
            }
        }
    }

    /** Returns when the two can reach each other, and whether that took a while. */
    private synchronized boolean awaitWhole(int from, int to) {
        boolean waited = false;
        while (isCut(from, to)) {
            waited = true;
            try {
                wait();
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts the network", e);
            }
        }
        return waited;
    }

    private synchronized boolean isCut(int from, int to) {
        return !closed && (alone == from || alone == to);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more in any case.
            return;
        }
    }

    private static void begin(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
