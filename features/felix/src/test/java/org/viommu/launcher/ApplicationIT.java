// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyWriter;
import org.viommu.topology.acpi.internal.ViotWriter;
import org.viommu.topology.devicetree.internal.DeviceTreeWriter;

/** Runs the application as it was put together, with one more bundle. */
class ApplicationIT {
    private static final long MINUTES = 5;

    @TempDir
    private Path folder;

    private Path application;
    private Path temporary;

    @BeforeEach
    void copy_application() throws IOException {
        temporary = Files.createDirectory(folder.resolve("tmp"));
        application = folder.resolve("viommu");
        Path built = Path.of(System.getProperty("viommu.application"));
        try (Stream<Path> paths = Files.walk(built)) {
            for (Path path : paths.toList()) {
                Files.copy(path, application.resolve(built.relativize(path).toString()));
            }
        }
        writeBundle("test.commands", "org.osgi.framework");
    }

    @Test
    void every_bundle_starts_in_silence() throws Exception {
        Outcome outcome = run("count");

        assertThat(outcome.errors()).isEmpty();
        assertThat(outcome.output()).isEmpty();
        assertThat(outcome.status()).isZero();
    }

    @Test
    void the_status_of_the_command_is_the_exit_status() throws Exception {
        assertThat(run("count", "a", "b", "c").status()).isEqualTo(3);
    }

    @Test
    void without_a_command_the_commands_are_listed() throws Exception {
        Outcome outcome = run();

        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.errors()).contains("  count      counts its arguments");
    }

    @Test
    void an_unknown_command_is_named_before_the_list() throws Exception {
        Outcome outcome = run("c*");

        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.errors()).startsWith("viommu: no command c*. The commands are:");
    }

    @Test
    void the_device_of_the_application_conforms() throws Exception {
        Outcome outcome = run("conformance", "--over", "pci", "--requests", "2000");

        assertThat(outcome.output())
                .contains("conformance/iommu0 over PCI", "0 differs, 0 deviates, 0 VIOLATED", "no difference");
        assertThat(outcome.status()).isZero();
    }

    @Test
    void a_wrong_option_is_named() throws Exception {
        Outcome outcome = run("conformance", "--over", "isa");

        assertThat(outcome.errors()).contains("--over", "isa", "RING, MMIO, PCI");
        assertThat(outcome.status()).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("writers")
    void the_exit_status_of_topology_tells_whether_a_table_is_sound(TopologyWriter writer) throws Exception {
        Path table = folder.resolve("table");
        Files.write(table, writer.write(topology(0x10, 0x20)));
        Outcome sound = run("topology", table.toString());
        assertThat(sound.output()).startsWith(table + ": ").contains("0000:00:03.0");
        assertThat(sound.errors()).isEmpty();
        assertThat(sound.status()).isZero();

        Files.write(table, writer.write(topology(0x10, 0x10)));
        Outcome wrong = run("topology", table.toString());
        assertThat(wrong.output()).contains("1 error", "shares endpoint IDs with");
        assertThat(wrong.status()).isEqualTo(1);
    }

    static Stream<TopologyWriter> writers() {
        return Stream.of(new DeviceTreeWriter(), new ViotWriter());
    }

    private static Topology topology(int first, int second) {
        IommuNode iommu = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));
        return Topology.builder()
                .iommu(iommu)
                .endpoint(new EndpointNode.PciRange(PciAddress.parse("00:02.0"), first, iommu))
                .endpoint(new EndpointNode.PciRange(PciAddress.parse("00:03.0"), second, iommu))
                .build();
    }

    @Test
    void a_file_that_topology_cannot_read_is_named() throws Exception {
        Path foreign = Files.writeString(folder.resolve("foreign"), "GIF89a");
        Outcome unknown = run("topology", foreign.toString());
        assertThat(unknown.errors())
                .isEqualToIgnoringNewLines("viommu topology: " + foreign
                        + " is no devicetree or viot: it begins with the bytes 47 49 46 38 39 61");
        assertThat(unknown.status()).isEqualTo(2);

        Path absent = folder.resolve("absent");
        Outcome missing = run("topology", absent.toString());
        assertThat(missing.errors())
                .isEqualToIgnoringNewLines("viommu topology: " + absent + ": there is no such file");
        assertThat(missing.status()).isEqualTo(2);
    }

    @Test
    void a_bundle_that_does_not_resolve_is_reported_in_one_line_and_left_out() throws Exception {
        writeBundle("test.broken", "org.osgi.framework,not.there");

        Outcome outcome = run("count", "a");

        assertThat(outcome.errors().lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("viommu: bundle test.broken does not start:")
                        .contains("not.there"));
        assertThat(outcome.status()).isEqualTo(1);
    }

    @Test
    void a_signal_stops_the_bundles_and_leaves_nothing_behind() throws Exception {
        Process process = start("last");
        try (InputStream output = process.getInputStream()) {
            assertThat(output.readNBytes("started".length())).asString().isEqualTo("started");
            // Process.destroy would close the stream.
            process.toHandle().destroy();
            assertThat(new String(output.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("stopped");
        }
        assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(temporary).isEmptyDirectory();
    }

    private Outcome run(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(temporary).isEmptyDirectory();
        return new Outcome(
                process.exitValue(),
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8),
                Files.readString(folder.resolve("errors")));
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.io.tmpdir=" + temporary,
                "-XX:-UsePerfData",
                "-jar",
                application.resolve("lib/launcher.jar").toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("errors").toFile())
                .start();
    }

    private void writeBundle(String name, String imports) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Bundle-ManifestVersion", "2");
        attributes.putValue("Bundle-SymbolicName", name);
        attributes.putValue("Bundle-Activator", SampleCommands.class.getName());
        attributes.putValue("Import-Package", imports);
        String path = SampleCommands.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(application.resolve("bundle/" + name + ".jar"));
                JarOutputStream jar = new JarOutputStream(file, manifest);
                InputStream type = SampleCommands.class.getResourceAsStream('/' + path)) {
            jar.putNextEntry(new JarEntry(path));
            type.transferTo(jar);
        }
    }

    private record Outcome(int status, String output, String errors) {}
}
