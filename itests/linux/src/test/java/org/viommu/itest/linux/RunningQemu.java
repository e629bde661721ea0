// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A QEMU that outlives its platform, with a guest whose console is a shell. */
final class RunningQemu implements AutoCloseable {
    /** A busy machine slows a guest down ten times. */
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(10);

    private static final int POLL_MILLIS = 50;
    private static final Pattern WORDS = Pattern.compile("(?m)^\\p{XDigit}+:((?: 0x\\p{XDigit}{8})+)");

    private final Process process;
    private final Path console;
    private final Path messages;
    private final QemuLines monitor;
    private final QemuLines accesses;

    private RunningQemu(Process process, Path console, Path messages, QemuLines monitor, QemuLines accesses) {
        this.process = process;
        this.console = console;
        this.messages = messages;
        this.monitor = monitor;
        this.accesses = accesses;
    }

    /**
     * Starts one.
     *
     * @param command without a monitor
     * @param folder for sockets
     * @param name of its logs
     */
    static RunningQemu start(List<String> command, Path folder, String name, String... more) throws Exception {
        Path logs = Path.of(System.getProperty("viommu.logs"));
        Path console = logs.resolve(name + "-console.log");
        Path messages = logs.resolve(name + "-messages.log");
        Path monitor = folder.resolve(name + ".qmp");
        Path accesses = folder.resolve(name + ".qtest");
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of("-qmp", "unix:" + monitor + ",server=on,wait=off"));
        words.addAll(List.of("-qtest", "unix:" + accesses + ",server=on,wait=off", "-qtest-log", "none"));
        words.addAll(List.of(more));
        Process process = new ProcessBuilder(words)
                .redirectOutput(console.toFile())
                .redirectError(messages.toFile())
                .start();
        try {
            QemuLines qmp = QemuLines.connect(monitor, process.toHandle());
            qmp.qmp("qmp_capabilities", new JsonObject());
            return new RunningQemu(process, console, messages, qmp, QemuLines.connect(accesses, process.toHandle()));
        } catch (IOException e) {
            process.destroyForcibly();
            throw new IOException(Files.readString(messages), e);
        }
    }

    /** Types a line at the guest's console. */
    void type(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
    }

    /** What the guest's console has said so far. */
    String console() throws IOException {
        return Files.readString(console, StandardCharsets.ISO_8859_1);
    }

    /** What QEMU has complained about so far. */
    String messages() throws IOException {
        return Files.readString(messages);
    }

    /** Waits until the console has said what is wanted. */
    void awaitConsole(String what, Predicate<String> wanted) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!wanted.test(console())) {
            assertThat(isOver() || System.nanoTime() - end > 0)
                    .as("%s is not on the console: %s%n%s", what, console(), messages())
                    .isFalse();
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Waits until QEMU has complained so, and so many times. */
    void awaitMessages(String text, long times) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (messages().lines().filter(line -> line.contains(text)).count() < times) {
            assertThat(System.nanoTime() - end > 0)
                    .as("'%s' is not in: %s", text, messages())
                    .isFalse();
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Whether it has ended. */
    boolean isOver() {
        return !process.isAlive();
    }

    /** Executes a command of QMP with arguments in JSON, with ' for "; returns what that returns or what is wrong. */
    JsonElement qmp(String command, String arguments) throws IOException {
        return monitor.qmp(
                command, JsonParser.parseString(arguments.replace('\'', '"')).getAsJsonObject());
    }

    /** The machine's state, such as {@code paused}. */
    String status() throws IOException {
        return qmp("query-status", "{}").getAsJsonObject().get("status").getAsString();
    }

    /** Waits for the end of a migration, which must be a good one. */
    void awaitMigration() throws IOException, InterruptedException {
        String status;
        do {
            Thread.sleep(POLL_MILLIS);
            JsonObject migration = qmp("query-migrate", "{}").getAsJsonObject();
            status = migration.has("status") ? migration.get("status").getAsString() : "none";
            assertThat(status).as(migration.toString()).isNotIn("failed", "cancelled");
        } while (!status.equals("completed"));
    }

    /** The addresses of a function's memory as QEMU maps it, from its lowest BAR on. */
    List<Long> barsOf(int device) throws IOException {
        List<Long> bars = new ArrayList<>();
        JsonArray devices =
                qmp("query-pci", "{}").getAsJsonArray().get(0).getAsJsonObject().getAsJsonArray("devices");
        for (JsonElement each : devices) {
            if (each.getAsJsonObject().get("slot").getAsInt() == device) {
                each.getAsJsonObject()
                        .getAsJsonArray("regions")
                        .forEach(region ->
                                bars.add(region.getAsJsonObject().get("address").getAsLong()));
            }
        }
        return bars;
    }

    /** Words of 32 bits from an address on, as the monitor shows them: any QEMU that runs can be asked. */
    List<Integer> read(long address, int count) throws IOException {
        String answer = qmp("human-monitor-command", "{'command-line': 'xp /%dxw 0x%x'}".formatted(count, address))
                .getAsString();
        List<Integer> words = new ArrayList<>();
        for (Matcher line = WORDS.matcher(answer); line.find(); ) {
            for (String word : line.group(1).trim().split(" ")) {
                words.add(Integer.parseUnsignedInt(word.substring(2), 16));
            }
        }
        assertThat(words).as(answer).hasSize(count);
        return words;
    }

    /** Writes one word of 32 bits as a processor does, which the monitor cannot. */
    void write(long address, int word) throws IOException {
        accesses.access("writel 0x%x 0x%x".formatted(address, word));
    }

    /** Waits for its end. */
    void awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_NANOS, TimeUnit.NANOSECONDS)).isTrue();
    }

    @Override
    public void close() throws IOException {
        monitor.close();
        accesses.close();
        process.destroyForcibly().onExit().join();
    }
}
