// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A guest at work is stopped, its platform is killed, and another platform takes its place. What docs/stores.md says of QEMU's part in it is true as long as this
 * passes: a QEMU that can do more fails it.
 */
class PausedGuestIT {
    private static final int DISK_BYTES = 32 << 20;
    private static final int BLOCKS = 200;

    /** Reads the disk over and over and says what it has read, then writes to it and reads that back. */
    private static final String WORK = "n=0; while dd if=/dev/vda bs=64k count=" + BLOCKS
            + " iflag=direct 2>/dev/null | sha256sum; do n=$((n+1)); dd if=/dev/urandom of=/tmp/p bs=64k count=20 2>/dev/null; "
            + "dd if=/tmp/p of=/dev/vda bs=64k seek=300 oflag=direct conv=fsync 2>/dev/null; "
            + "dd if=/dev/vda bs=64k skip=300 count=20 iflag=direct 2>/dev/null | cmp - /tmp/p && echo round $n is g\"\"ood; done";

    private static final Pattern ANSWER = Pattern.compile("alive with \\d+ bytes");

    private static final List<Integer> FUNCTIONS = List.of(1, 2, 3);

    private Path temporary;
    private Path disk;
    private Path table;
    private List<String> command;

    /** Takes from a run of {@code ./viommu linux} what a guest is started with, and its files. */
    @BeforeEach
    void prepare() throws Exception {
        temporary = Files.createTempDirectory("vp");
        disk = temporary.resolve("disk");
        byte[] content = new byte[DISK_BYTES];
        new SplittableRandom(7).nextBytes(content);
        Files.write(disk, content);
        try (ViommuScript script = ViommuScript.start(temporary, "paused-parts", "linux", "--interactive")) {
            while (script.handle().isAlive() && script.findQemu().isEmpty()) {
                Thread.sleep(20);
            }
            Assumptions.assumeFalse(script.isOutOfReach() && !"true".equals(System.getenv("CI")), "no packages");
            command = commandOf(script.qemu());
        }
        Path run;
        try (Stream<Path> files = Files.list(temporary)) {
            run = files.filter(file -> file.getFileName().toString().startsWith("viommu-run-"))
                    .findFirst()
                    .orElseThrow();
        }
        table = run.resolve("present.viot");
        command.replaceAll(word -> word.replaceAll(run + "/(\\w+)[.]sock", temporary + "/$1.sock"));
    }

    /** Without what would end it with its platform, and with its console on its input and output. */
    private static List<String> commandOf(ProcessHandle qemu) throws IOException {
        String line = Files.readString(Path.of("/proc", Long.toString(qemu.pid()), "cmdline"));
        List<String> words = new ArrayList<>(List.of(line.split("\0")));
        int end = words.indexOf("exit-with-parent=on");
        if (end > 0) {
            words.subList(end - 1, end + 1).clear();
        }
        words.set(words.indexOf("mon:stdio"), "stdio");
        return words;
    }

    @AfterEach
    void deleteFiles() throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void it_goes_on_at_another_platform_with_its_memory_its_devices_and_what_qemu_forgets_of_them() throws Exception {
        Path saved = temporary.resolve("saved");
        Path memory = temporary.resolve("memory");
        List<CarriedFunction> carried = new ArrayList<>();
        List<String> mapped;
        String digest;
        int rounds;
        try (RunningPlatform first = platform("paused-first");
                RunningQemu qemu = RunningQemu.start(command, temporary, "paused-source")) {
            work(qemu);
            digest = digests(qemu.console()).get(0);
            qemu.qmp("stop", "{}");
            rounds = rounds(qemu.console());
            for (int function : FUNCTIONS) {
                carried.add(CarriedFunction.of(qemu, function));
            }
            List<String> progress = first.progress();
            first.shell("snapshot " + saved);
            qemu.qmp("migrate", "{'uri': 'file:%s'}".formatted(memory));
            qemu.awaitMigration();
            assertThat(first.progress()).as("nothing came in between").isEqualTo(progress);
            mapped = first.mapped();
            first.kill();
        }
        try (RunningPlatform next = platform("paused-next")) {
            assertThat(next.mapped()).as("what the file has kept").isEqualTo(mapped);
            try (RunningQemu qemu =
                    RunningQemu.start(command, temporary, "paused-target", "-incoming", "file:" + memory)) {
                qemu.awaitMigration();
                assertThat(qemu.status()).isEqualTo("paused");
                for (CarriedFunction function : carried) {
                    assertThat(qemu.barsOf(function.device()))
                            .as("QEMU carries the addresses of functions over: docs/stores.md says that it does not")
                            .isNotEmpty()
                            .allMatch(bar -> bar == -1);
                    function.carryTo(qemu);
                    assertThat(CarriedFunction.of(qemu, function.device())).isEqualTo(function);
                }
                next.shell("restore " + saved);
                assertThat(next.mapped()).as("what was restored").isEqualTo(mapped);
                qemu.qmp("cont", "{}");
                qemu.awaitConsole("more work", text -> rounds(text) >= rounds + 3);
                qemu.type("\003");
                qemu.type("echo al\"\"ive with $(head -c 64 /dev/hwrng | wc -c) by\"\"tes");
                qemu.awaitConsole("an answer", text -> ANSWER.matcher(text).find());
                assertThat(qemu.console()).contains("alive with 64 bytes").doesNotContain("differ");
                assertThat(digests(qemu.console())).allMatch(digest::equals);
                assertThat(next.shell("faults --device linux/iommu0 --json"))
                        .doesNotContainPattern("\"count\":\\s*[1-9]");
                assertThat(qemu.messages()).isEmpty();
            }
        }
    }

    @Test
    void its_qemu_does_not_go_to_another_platform() throws Exception {
        Path saved = temporary.resolve("saved");
        try (RunningPlatform first = platform("lost-first");
                RunningQemu qemu = RunningQemu.start(command, temporary, "lost")) {
            work(qemu);
            qemu.qmp("stop", "{}");
            first.progress();
            first.shell("snapshot " + saved);
            List<String> mapped = first.mapped();
            first.kill();
            qemu.awaitMessages("failed to read header: EOF", FUNCTIONS.size());
            assertThat(qemu.status()).isEqualTo("paused");
            try (RunningPlatform next = platform("lost-next")) {
                assertThat(next.mapped()).as("what the file has kept").isEqualTo(mapped);
                assertThat(next.refused("restore " + saved)).contains("linux/iommu0 has no guest memory yet");
                assertThat(complaint(qemu, "device_del", "{'id': '/machine/peripheral-anon/device[0]'}"))
                        .isEqualTo("Bus 'pcie.0' does not support hotplugging");
                assertThat(complaint(
                                qemu,
                                "device_add",
                                vfioUser("'reconnect-ms': 100, 'path': '" + RunningPlatform.socket(temporary, "hot0")
                                        + "'")))
                        .isEqualTo("Parameter 'socket.reconnect-ms' is unexpected");
                qemu.qmp("cont", "{}");
                qemu.awaitMessages("vfio_user_device_io_region_write: Unable to write to socket: Broken pipe", 1);
            }
        }
    }

    @Test
    void its_qemu_fails_when_a_function_behind_a_root_port_is_taken_out() throws Exception {
        try (RunningPlatform platform = RunningPlatform.start(temporary, "unplug-platform", table, disk, true);
                RunningQemu qemu = RunningQemu.start(command, temporary, "unplug")) {
            awaitPrompt(qemu);
            assertThat(qemu.qmp("device_add", vfioUser("'path': '" + RunningPlatform.socket(temporary, "hot0") + "'"))
                            .toString())
                    .isEqualTo("{}");
            qemu.type("until [ -e /sys/bus/pci/devices/0000:01:00.0/iommu_group ]; do sleep 0.1; done; echo he\"\"re");
            qemu.awaitConsole("the function", text -> text.contains("here"));
            qemu.qmp("stop", "{}");
            qemu.qmp("device_del", "{'id': 'hot0'}");
            assertThat(qemu.qmp("qom-list", "{'path': '/machine/peripheral'}").toString())
                    .as("the guest has to agree, and stands still")
                    .contains("hot0");
            assertThat(platform.shell("features")).contains("hot0");
            qemu.qmp("cont", "{}");
            qemu.awaitMessages("Assertion `subregion->container == mr' failed", 1);
            qemu.awaitEnd();
        }
    }

    private RunningPlatform platform(String name) throws Exception {
        return RunningPlatform.start(temporary, name, table, disk, false);
    }

    /** Boots the guest, whose kernel is silent from then on. */
    private static void awaitPrompt(RunningQemu qemu) throws Exception {
        qemu.awaitConsole("a prompt", text -> text.contains("built-in shell"));
        // Its messages would come in the middle of what the tests look for.
        qemu.type("dmesg -n 1");
    }

    /** Boots the guest and lets it work until some rounds are done. */
    private static void work(RunningQemu qemu) throws Exception {
        awaitPrompt(qemu);
        qemu.type(WORK);
        qemu.awaitConsole("work", text -> rounds(text) >= 2);
    }

    private static int rounds(String console) {
        return (int) console.lines().filter(line -> line.endsWith(" is good")).count();
    }

    private static List<String> digests(String console) {
        return console.lines()
                .filter(line -> line.matches("\\p{XDigit}{64}  -"))
                .toList();
    }

    private static String vfioUser(String socket) {
        return "{'driver': 'vfio-user-pci', 'id': 'hot0', 'bus': 'port0', 'rombar': 0, 'socket': {'type': 'unix', "
                + socket + "}}";
    }

    private static String complaint(RunningQemu qemu, String command, String arguments) throws IOException {
        JsonElement answer = qemu.qmp(command, arguments);
        assertThat(answer.isJsonPrimitive())
                .as("%s %s is not refused", command, arguments)
                .isTrue();
        return answer.getAsString();
    }
}
