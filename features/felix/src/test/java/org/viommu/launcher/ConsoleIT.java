// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Types into the console of an application that runs. */
class ConsoleIT {
    private static final long MINUTES = 5;

    @TempDir
    private static Path folder;

    private static Path temporary;
    private static Process platform;

    @BeforeAll
    static void start_application() throws Exception {
        temporary = Files.createDirectory(folder.resolve("tmp"));
        platform = start(temporary, "demo", "--seconds", "3600")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
        while (!shell("status", "--json").output().contains("\"driver\":true")) {
            assertThat(platform.isAlive() && System.nanoTime() < end)
                    .as("the console answers; the platform says: %s", Files.readString(folder.resolve("log")))
                    .isTrue();
        }
    }

    @AfterAll
    static void stop_application() throws Exception {
        platform.destroy();
        assertThat(platform.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void scripts_get_json_and_a_status() throws Exception {
        Outcome outcome = shell("status", "--json");
        assertThat(outcome.output()).startsWith("[{\"device\":\"demo/iommu0\",\"driver\":true,");
        assertThat(outcome.errors()).isEmpty();
        assertThat(outcome.status()).isZero();
    }

    @Test
    void a_mistake_is_one_line_and_status_1() throws Exception {
        for (List<String> command : List.of(List.of("mappings", "77"), List.of("mappings"), List.of("stauts"))) {
            Outcome outcome = shell(command.toArray(String[]::new));
            assertThat(outcome.errors().lines()).hasSize(1);
            assertThat(outcome.output()).isEmpty();
            assertThat(outcome.status()).isEqualTo(1);
        }
        assertThat(shell("mappings", "77").errors()).isEqualTo("DOMAIN: 77: demo/iommu0 has no such domain\n");
    }

    @Test
    void what_is_printed_can_be_piped_in_the_platform() throws Exception {
        Outcome outcome = shell("stores | grep resident");
        assertThat(outcome.output()).matches("resident .*org.viommu.iommu.*\n");
        assertThat(shell("help viommu:mappings").output()).contains("-n, --limit", "how many mappings at most");
        assertThat(shell("translate", "--help").output())
                .contains("Usage: viommu:translate [OPTION...] ENDPOINT ADDRESS");
    }

    @Test
    void lines_are_read_until_there_are_no_more() throws Exception {
        Path lines = Files.writeString(folder.resolve("lines"), "domains --json\n\ndomains --jsn\n");
        Outcome outcome = run(start(temporary, "shell").redirectInput(lines.toFile()), folder.resolve("lines.err"));
        assertThat(outcome.output()).startsWith("[{\"device\":\"demo/iommu0\"").hasLineCount(1);
        assertThat(outcome.errors()).startsWith("there is no option --jsn");
        assertThat(outcome.status()).isEqualTo(1);
    }

    @Test
    void a_person_gets_completion_from_the_platform() throws Exception {
        try (RunningPlatform running = RunningPlatform.open(own())) {
            assertThat(running.complete("transl")).containsExactly("translate");
            PipedOutputStream keyboard = new PipedOutputStream();
            PipedInputStream keys = new PipedInputStream(keyboard);
            ByteArrayOutputStream screen = new ByteArrayOutputStream();
            try (Terminal terminal = TerminalBuilder.builder()
                    .streams(keys, screen)
                    .system(false)
                    .type("ansi")
                    .size(new Size(80, 24))
                    .build()) {
                FutureTask<Integer> conversation = new FutureTask<>(() -> new Conversation(running).converse(terminal));
                new Thread(conversation, "person").start();
                // As a person does, who reads before typing on. What a terminal has not shown when it ends, it never
                // will.
                type(keyboard, "status | gre\t");
                awaitShown(screen, "| grep", conversation);
                type(keyboard, "exit\n");
                awaitShown(screen, "grep exit", conversation);
                type(keyboard, "exit\n");
                assertThat(conversation.get(MINUTES, TimeUnit.MINUTES)).isZero();
            }
        }
    }

    private static void type(OutputStream keyboard, String text) throws IOException {
        keyboard.write(text.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    private static void awaitShown(ByteArrayOutputStream screen, String text, Future<?> conversation)
            throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
        while (!screen.toString(StandardCharsets.UTF_8).contains(text)) {
            assertThat(!conversation.isDone() && System.nanoTime() < end)
                    .as("'%s' comes in '%s'", text, screen.toString(StandardCharsets.UTF_8))
                    .isTrue();
            Thread.sleep(1);
        }
    }

    @Test
    void only_the_owner_of_the_platform_reaches_its_console() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own())))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own().resolve("console"))))
                .isEqualTo("rw-------");
        assertThat(shell("--platform", own().toString(), "domains").status()).isZero();
    }

    private static Path own() throws IOException {
        try (Stream<Path> folders = Files.list(temporary)) {
            return folders.filter(it -> Files.exists(it.resolve("console")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void where_no_platform_runs_it_is_said() throws Exception {
        Path nothing = Files.createDirectories(folder.resolve("nothing"));
        Outcome outcome = run(start(nothing, "shell", "status"), folder.resolve("nothing.err"));
        assertThat(outcome.errors())
                .isEqualTo("viommu shell: no platform of yours runs; './viommu linux' starts one, for example\n");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(shell("--platform", nothing.toString(), "status").errors())
                .isEqualTo("viommu shell: " + nothing + ": no platform runs in this folder\n");
    }

    private static Outcome shell(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("shell"));
        all.addAll(List.of(arguments));
        return run(start(temporary, all.toArray(String[]::new)), folder.resolve("errors"));
    }

    private static Outcome run(ProcessBuilder builder, Path errors) throws IOException, InterruptedException {
        Process process = builder.redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
        return new Outcome(process.exitValue(), output, Files.readString(errors));
    }

    private static ProcessBuilder start(Path temporaryFolder, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.io.tmpdir=" + temporaryFolder,
                "-XX:-UsePerfData",
                "-jar",
                Path.of(System.getProperty("viommu.application"), "lib/launcher.jar")
                        .toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    private record Outcome(int status, String output, String errors) {}
}
