// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A platform as {@code ./viommu run} makes it, with the machine that {@code ./viommu linux} has: an IOMMU, a disk and an entropy source. */
final class RunningPlatform implements AutoCloseable {
    private static final int POLL_MILLIS = 50;

    /** Where its functions are. */
    private static final Map<String, String> FUNCTIONS =
            Map.of("iommu0", "00:01.0", "disk0", "00:02.0", "rng0", "00:03.0");

    /** An entropy source to plug in behind the root port. */
    private static final String SPARE = "hot0";

    private static final String SPARE_ADDRESS = "01:00.0";

    private final Path folder;
    private final ViommuScript script;

    private RunningPlatform(Path folder, ViommuScript script) {
        this.folder = folder;
        this.script = script;
    }

    /**
     * Starts one and waits for its sockets, in place of those of a platform that was killed.
     *
     * @param folder where the sockets go, and the file of the mappings is
     * @param name of the log
     * @param table what the guest's firmware says of the topology
     * @param spare whether there is a function more, which QEMU does not begin with
     */
    static RunningPlatform start(Path folder, String name, Path table, Path disk, boolean spare) throws Exception {
        Path configurations = folder.resolve("etc");
        if (!Files.exists(configurations)) {
            Files.createDirectory(configurations);
            configure(configurations, folder, table, disk, spare);
        }
        List<Path> sockets = Stream.concat(FUNCTIONS.keySet().stream(), spare ? Stream.of(SPARE) : Stream.empty())
                .map(function -> socket(folder, function))
                .toList();
        for (Path socket : sockets) {
            Files.deleteIfExists(socket);
        }
        ViommuScript script = ViommuScript.start(folder, name, "run", configurations.toString());
        while (!sockets.stream().allMatch(Files::exists)) {
            assertThat(script.handle().isAlive()).as(script.output()).isTrue();
            Thread.sleep(POLL_MILLIS);
        }
        return new RunningPlatform(folder, script);
    }

    private static void configure(Path configurations, Path folder, Path table, Path disk, boolean spare)
            throws IOException {
        Map<String, String> functions = new TreeMap<>(FUNCTIONS);
        if (spare) {
            functions.put(SPARE, SPARE_ADDRESS);
            write(configurations, "endpoint.entropy-spare", "machine = linux", "name = " + SPARE);
            write(
                    configurations,
                    "topology.static-linux",
                    "machine = linux",
                    "endpoints = " + SPARE_ADDRESS + "=0x100@" + FUNCTIONS.get("iommu0"));
        }
        String described = functions.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue() + "=" + socket(folder, each.getKey()))
                .collect(Collectors.joining(" "));
        write(configurations, "machine-linux", "name = linux", "functions = " + described);
        write(
                configurations,
                "iommu-linux",
                "machine = linux",
                "address = " + FUNCTIONS.get("iommu0"),
                "reserved-regions = 0xfee00000:0xfeefffff:1");
        write(configurations, "endpoint.block-linux", "machine = linux", "name = disk0", "file = " + disk);
        write(configurations, "endpoint.entropy-linux", "machine = linux", "name = rng0");
        write(configurations, "topology.acpi-linux", "machine = linux", "file = " + table);
        write(configurations, "mapping.mvstore", "file = " + folder.resolve("mappings"));
    }

    private static void write(Path configurations, String name, String... lines) throws IOException {
        Files.write(configurations.resolve("org.viommu." + name + ".cfg"), List.of(lines));
    }

    /** Where a function is served. */
    static Path socket(Path folder, String function) {
        return folder.resolve(function + ".sock");
    }

    /** What {@code viommu shell} prints for a command, which must not be refused. */
    String shell(String command) throws Exception {
        return shell(command, 0);
    }

    /** The complaint of {@code viommu shell} about a command. */
    String refused(String command) throws Exception {
        return shell(command, 1);
    }

    private String shell(String command, int status) throws Exception {
        try (ViommuScript shell = ViommuScript.start(folder, "paused-shell", "shell", command)) {
            int end = shell.awaitEnd();
            String output = Stream.of(shell.output().split("\n"))
                    .filter(line -> !line.startsWith("Picked up"))
                    .reduce("", (all, line) -> all + line + "\n");
            assertThat(end).as("%s: %s", command, output).isEqualTo(status);
            return output;
        }
    }

    /** Everything that is mapped: each domain, with the lines that the operator's commands print. */
    List<String> mapped() throws Exception {
        List<String> all = new ArrayList<>();
        String domains = shell("domains");
        all.add(domains);
        for (String line : domains.lines().skip(1).toList()) {
            all.add(shell("mappings " + line.trim().split(" +")[1] + " --limit 100000"));
        }
        return all;
    }

    /** How far each queue is, once the devices have answered all that they have taken and found no more: their guest stands still. */
    List<String> progress() throws Exception {
        List<String> former = List.of();
        while (true) {
            List<String[]> queues = shell("queue-status")
                    .lines()
                    .skip(1)
                    // Columns: device, queue, size, ready, layout, three addresses, available, popped, used.
                    .map(line -> line.trim().split(" +"))
                    .filter(queue -> queue[3].equals("yes"))
                    .toList();
            List<String> progress = queues.stream()
                    .map(queue -> queue[0] + " " + queue[1] + " " + queue[9])
                    .toList();
            if (progress.equals(former) && queues.stream().allMatch(queue -> queue[9].equals(queue[10]))) {
                return progress;
            }
            // What was on its way when the guest was stopped comes before the next look, for which a process has to
            // start.
            former = progress;
        }
    }

    /** As power does it. */
    void kill() {
        close();
    }

    @Override
    public void close() {
        script.close();
    }
}
