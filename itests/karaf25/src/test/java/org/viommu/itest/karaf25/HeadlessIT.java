// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf25;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** Karaf 4.4 on Java 25, prepared as docs/hosting.md says, without a console: it serves a machine for QEMU that files in etc describe. */
class HeadlessIT {
    private static final long PATIENCE_MILLIS = 600_000;

    private static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();
    private static final Path HOSTING = REPOSITORY.resolve("docs/hosting.md");
    private static final Pattern FILE = Pattern.compile("<!-- etc/(\\S+) -->\n```properties\n(.*?)```", Pattern.DOTALL);

    /** Of vfio-user: what a client says first. */
    private static final int VERSION = 1;

    private static final int HEADER = 16;
    private static final int FLAGS = 8;
    private static final int REPLY = 1;
    private static final int FAILED = 1 << 5;

    @TempDir
    private Path folder;

    private Path karaf;
    private Process process;

    @BeforeEach
    void prepare() throws Exception {
        call("tar", "-xzf", System.getProperty("viommu.container"), "-C", folder.toString());
        try (Stream<Path> unpacked = Files.list(folder)) {
            karaf = unpacked.filter(Files::isDirectory).findFirst().orElseThrow();
        }
        List<String> prepare = new ArrayList<>(List.of(
                REPOSITORY.resolve("features/karaf/src/main/java25/prepare").toString(),
                karaf.toString(),
                REPOSITORY.resolve("features/karaf/target/viommu-karaf.kar").toString()));
        prepare.addAll(documentedFeatures());
        call(prepare.toArray(String[]::new));
        useFreePorts();
        for (MatchResult file :
                FILE.matcher(Files.readString(HOSTING)).results().toList()) {
            configure(file.group(1), file.group(2).replace("/run/vm1", folder.toString()));
        }
    }

    /** Another Karaf may run beside. */
    private void useFreePorts() throws IOException {
        edit("org.apache.karaf.management.cfg", "rmiRegistryPort", "rmiServerPort");
        edit("org.apache.karaf.shell.cfg", "sshPort");
    }

    private void edit(String file, String... ports) throws IOException {
        Path path = karaf.resolve("etc").resolve(file);
        String text = Files.readString(path);
        for (String port : ports) {
            try (ServerSocket socket = new ServerSocket(0)) {
                text = text.replaceAll("(?m)^" + port + " *= *\\d+$", port + " = " + socket.getLocalPort());
            }
        }
        Files.writeString(path, text);
    }

    /** The arguments of the command in docs/hosting.md that follow the archive. */
    private static List<String> documentedFeatures() throws IOException {
        return Files.readString(HOSTING)
                .lines()
                .filter(line -> line.contains("java25/prepare "))
                .map(line -> line.substring(line.indexOf(".kar ") + ".kar ".length()))
                .flatMap(features -> Stream.of(features.split(" ")))
                .toList();
    }

    @AfterEach
    void end() throws InterruptedException {
        if (process != null && process.isAlive()) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void it_serves_a_machine_and_ends_when_it_is_told_to() throws Exception {
        // With "server" a script would stand between, which a signal ends alone.
        process = command(karaf.resolve("bin/karaf").toString(), "daemon").start();
        await("sockets", () -> isListening(socket("iommu0")) && isListening(socket("rng0")));
        assertThat(answer(socket("iommu0")).getInt(FLAGS) & (REPLY | FAILED)).isEqualTo(REPLY);
        assertThat(answer(socket("rng0")).getInt(FLAGS) & (REPLY | FAILED)).isEqualTo(REPLY);
        assertThat(log().lines()).noneMatch(line -> line.contains("ERROR") && line.contains("viommu"));

        configure("org.viommu.iommu-vm1.cfg", "machine = vm1", "boot-bypas = off");
        await("the wrong key in the log", () -> log().contains("org.viommu.iommu: boot-bypas: there is no such key"));
        assertThat(socket("iommu0")).exists();

        process.destroy();
        assertThat(process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(socket("iommu0")).doesNotExist();
        assertThat(socket("rng0")).doesNotExist();
    }

    /** What the function answers to a client's version. */
    private static ByteBuffer answer(Path socket) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(HEADER + 2 * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        request.putShort((short) 7)
                .putShort((short) VERSION)
                .putInt(request.capacity())
                .putInt(0)
                .putInt(0);
        request.putShort((short) 0).putShort((short) 1).flip();
        ByteBuffer reply = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(request);
            while (reply.hasRemaining() && channel.read(reply) >= 0) {
                assertThat(reply.position()).isPositive();
            }
        }
        return reply;
    }

    /** The file is there a moment before; who connects and says nothing is not noticed. */
    private static boolean isListening(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    private Path socket(String name) {
        return folder.resolve(name + ".sock");
    }

    private void configure(String file, String... lines) throws IOException {
        Files.write(karaf.resolve("etc").resolve(file), List.of(lines));
    }

    private String log() {
        try {
            return Files.readString(karaf.resolve("data/log/karaf.log"));
        } catch (IOException e) {
            return "";
        }
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        for (long waited = 0; !condition.getAsBoolean(); waited += 100) {
            assertThat(waited).as(() -> what + " in " + log()).isLessThan(PATIENCE_MILLIS);
            assertThat(process.isAlive()).as(() -> "Karaf runs: " + log()).isTrue();
            Thread.sleep(100);
        }
    }

    private void call(String... command) throws Exception {
        assertThat(command(command).start().waitFor())
                .as(String.join(" ", command))
                .isZero();
    }

    private ProcessBuilder command(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
    }
}
