// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code viommu run} with a folder of configurations that are edited while it runs; a socket is another one when its device was started anew. */
class RunIT {
    private static final long PATIENCE_MILLIS = 300_000;
    private static final String NONE = "none";
    private static final Pattern FILE = Pattern.compile("<!-- etc/(\\S+) -->\n```properties\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    private Path application;
    private Path configurations;
    private Path errors;
    private Process process;

    @BeforeEach
    void copy_application() throws IOException {
        application = folder.resolve("viommu");
        errors = folder.resolve("errors");
        configurations = Files.createDirectory(folder.resolve("etc"));
        Path built = Path.of(System.getProperty("viommu.application"));
        try (Stream<Path> paths = Files.walk(built)) {
            for (Path path : paths.toList()) {
                Files.copy(path, application.resolve(built.relativize(path).toString()));
            }
        }
        documented();
    }

    /** The files that docs/hosting.md shows, with sockets in this test's folder. */
    private void documented() throws IOException {
        String text = Files.readString(Path.of("../../docs/hosting.md"));
        for (MatchResult file : FILE.matcher(text).results().toList()) {
            configure(file.group(1), file.group(2).replace("/run/vm1", folder.toString()));
        }
    }

    @AfterEach
    void end() throws InterruptedException {
        if (process != null) {
            process.destroy();
            assertThat(process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
            process.toHandle().destroyForcibly();
        }
    }

    @Test
    void files_configure_the_machines_and_an_edit_does_as_little_as_it_can() throws Exception {
        start(configurations.toString());
        await("both sockets", () -> Files.exists(socket("iommu0")) && Files.exists(socket("rng0")));
        assertThat(errors()).isEmpty();
        Object iommu = identity("iommu0");
        Object entropy = identity("rng0");

        Path logging = application.resolve("conf/logback.xml");
        replace(
                logging,
                Files.readString(logging)
                        .replace(
                                "<logger name=\"org.viommu\" level=\"WARN\"/>",
                                "<logger name=\"org.viommu\" level=\"INFO\"/>"));
        for (long nanos = 1; !errors().contains("goes on with [poll-max-ns from "); nanos++) {
            assertThat(nanos).as("seconds until the log has the new level").isLessThan(PATIENCE_MILLIS / 1000);
            configure(
                    "org.viommu.iommu-vm1.cfg", "machine = vm1", "boot-bypass = off", "poll-max-ns = " + 1000 * nanos);
            Thread.sleep(1000);
        }
        assertThat(identity("iommu0"))
                .as("the device at its new times and log level")
                .isEqualTo(iommu);

        configure("org.viommu.iommu-vm1.cfg", "machine = vm1", "boot-bypas = off");
        awaitError(
                "IOMMU vm1/iommu0: goes on as it was: org.viommu.iommu: boot-bypas: there is no such key; there are ");
        configure("org.viommu.iommu-vm1.cfg", "machine = vm1", "boot-bypass = off", "granule = 5k");
        awaitError("org.viommu.iommu: granule: '5k': allowed are 4k, 8k, 16k, 64k");
        assertThat(identity("iommu0")).as("the device that refused").isEqualTo(iommu);

        configure("org.viommu.iommu-vm1.cfg", "machine = vm1", "boot-bypass = off", "granule = 64k");
        awaitError("IOMMU vm1/iommu0: starts anew, and its guest has to: [granule from 4k to 64k]");
        await("other sockets", () -> isAnother("iommu0", iommu) && isAnother("rng0", entropy));

        Files.delete(configurations.resolve("org.viommu.endpoint.entropy-vm1.cfg"));
        await("one socket less", () -> !Files.exists(socket("rng0")) && Files.exists(socket("iommu0")));
    }

    @Test
    void a_signal_ends_it_and_its_sockets() throws Exception {
        start(configurations.toString());
        await("a socket", () -> Files.exists(socket("rng0")));
        process.toHandle().destroy();
        assertThat(process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(socket("iommu0")).doesNotExist();
        assertThat(socket("rng0")).doesNotExist();
        try (Stream<Path> left = Files.list(folder.resolve("tmp"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void a_folder_that_is_none_is_named() throws Exception {
        start(folder.resolve("absent").toString());
        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(errors())
                .isEqualToIgnoringNewLines("viommu run: " + folder.resolve("absent")
                        + " is no folder; give the folder with the configurations");
    }

    private Path socket(String name) {
        return folder.resolve(name + ".sock");
    }

    private boolean isAnother(String name, Object former) {
        Object now = identity(name);
        return !now.equals(NONE) && !now.equals(former);
    }

    private Object identity(String name) {
        try {
            return Files.readAttributes(socket(name), "unix:ino,ctime");
        } catch (NoSuchFileException e) {
            return NONE;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void configure(String file, String... lines) throws IOException {
        replace(configurations.resolve(file), String.join("\n", lines) + "\n");
    }

    /** In one step, as editors do: who reads meanwhile never finds half of it. */
    private void replace(Path file, String text) throws IOException {
        Path draft = Files.writeString(folder.resolve("draft"), text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private void awaitError(String text) throws InterruptedException {
        await(text, () -> errors().contains(text));
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        for (long waited = 0; !condition.getAsBoolean(); waited += 50) {
            assertThat(waited).as(() -> what + " in " + errors()).isLessThan(PATIENCE_MILLIS);
            Thread.sleep(50);
        }
    }

    private String errors() {
        try {
            return Files.readString(errors, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void start(String... arguments) throws IOException {
        Files.createDirectories(folder.resolve("tmp"));
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.io.tmpdir=" + folder.resolve("tmp"),
                "-XX:-UsePerfData",
                "-jar",
                application.resolve("lib/launcher.jar").toString(),
                "run");
        builder.command().addAll(List.of(arguments));
        process = builder.redirectError(errors.toFile())
                .redirectOutput(folder.resolve("output").toFile())
                .start();
    }
}
