// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * QEMU's qtest protocol: a line for each command and one that answers it; lines about interrupts may come in between.
 * Thread-safe: commands of several threads follow each other.
 */
final class Qtest implements AutoCloseable {
    private static final int SECONDS_TO_ANSWER = 120;
    private static final long POLL_NANOS = 10_000_000;
    private static final String RAISED = "IRQ raise ";

    private final SocketChannel socket;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<IntConsumer> raised = new CopyOnWriteArrayList<>();
    private final ExecutorService interrupts = Executors.newSingleThreadExecutor(task -> daemon(task, "interrupts"));

    private Qtest(SocketChannel socket) {
        this.socket = socket;
        daemon(this::listen, "lines").start();
    }

    /** Waits for a QEMU that has been told of a socket. */
    static final class Listener implements AutoCloseable {
        private final ServerSocketChannel server;

        private Listener(ServerSocketChannel server) {
            this.server = server;
        }

        Qtest accept(Process qemu) throws IOException {
            server.configureBlocking(false);
            for (SocketChannel socket = server.accept(); ; socket = server.accept()) {
                if (socket != null) {
                    return new Qtest(socket);
                }
                if (!qemu.isAlive()) {
                    throw new IOException("QEMU has ended with " + qemu.exitValue());
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    static Listener listen(Path path) throws IOException {
        return new Listener(
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path)));
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, "qtest-" + name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Has QEMU do something.
     *
     * @return the words behind {@code OK}
     */
    synchronized String command(String format, Object... arguments) {
        String line = format.formatted(arguments) + "\n";
        try {
            ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                socket.write(bytes);
            }
            String answer = answers.poll(SECONDS_TO_ANSWER, TimeUnit.SECONDS);
            if (answer == null || !answer.startsWith("OK")) {
                throw new IOException("'%s': QEMU says %s".formatted(line.strip(), answer));
            }
            return answer.substring(2).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", e));
        }
    }

    /** Reads 1, 2, 4 or 8 bytes at a guest-physical address, of memory or of a register. */
    long read(long address, int size) {
        return Long.parseUnsignedLong(
                command("read%s 0x%x", letter(size), address).substring(2), 16);
    }

    /** Writes 1, 2, 4 or 8 bytes at a guest-physical address. */
    void write(long address, int size, long value) {
        command("write%s 0x%x 0x%x", letter(size), address, low(value, size));
    }

    byte[] readBytes(long address, int length) {
        return HexFormat.of()
                .parseHex(command("read 0x%x 0x%x", address, length).substring(2));
    }

    void writeBytes(long address, byte[] bytes) {
        command("write 0x%x 0x%x 0x%s", address, bytes.length, HexFormat.of().formatHex(bytes));
    }

    long in(int port, int size) {
        return Long.parseUnsignedLong(command("in%s 0x%x", letter(size), port).substring(2), 16);
    }

    void out(int port, int size, long value) {
        command("out%s 0x%x 0x%x", letter(size), port, low(value, size));
    }

    private static char letter(int size) {
        return switch (size) {
            case Byte.BYTES -> 'b';
            case Short.BYTES -> 'w';
            case Integer.BYTES -> 'l';
            default -> 'q';
        };
    }

    private static long low(long value, int size) {
        return size == Long.BYTES ? value : value & (1L << size * Byte.SIZE) - 1;
    }

    /** Lets the machine's timers run. */
    void step(long nanos) {
        command("clock_step %d", nanos);
    }

    /** Says who hears, on a thread for that, of each line of the interrupt controller that rises. */
    void onInterrupt(IntConsumer listener) {
        raised.add(listener);
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(Channels.newReader(socket, StandardCharsets.US_ASCII.newDecoder(), 1 << 16))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(RAISED)) {
                    int number = Integer.parseInt(line.substring(RAISED.length()));
                    interrupts.execute(() -> raised.forEach(listener -> listener.accept(number)));
                } else if (!line.startsWith("IRQ ")) {
                    answers.add(line);
                }
            }
        } catch (IOException e) {
            // The socket has been closed; whoever waits for an answer is told below.
        }
        answers.add("nothing any more");
    }

    @Override
    public void close() {
        interrupts.shutdownNow();
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
