// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.machine.SavedFunction;

/** Snapshots in files. */
class SnapshotCommandTest {
    private final SampleMachine machine = new SampleMachine();

    @TempDir
    private Path folder;

    private Console console;
    private Path file;

    @BeforeEach
    void open_console() {
        Inventory inventory = new Inventory(List.of(), List.of(machine));
        console = new Console(new SnapshotCommand(inventory), new RestoreCommand(inventory)).in(folder);
        file = folder.resolve("vm1.snapshot");
    }

    @AfterEach
    void close_console() {
        console.close();
    }

    @Test
    void what_is_saved_is_restored() throws Exception {
        assertThat(console.shown("viommu:snapshot vm1.snapshot"))
                .containsPattern("vm1/iommu0 +iommu +12")
                .endsWith("not saved: vm1/disk0 at 0000:00:02.0: its IOMMU is not there");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        console.execute("viommu:snapshot " + file);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).as("nothing is left of the writing").containsExactly(file);
        }
        assertThat(console.shown("viommu:restore --json vm1.snapshot"))
                .isEqualTo("[{\"device\":\"vm1/iommu0\",\"type\":\"iommu\",\"bytes\":12}]");
        assertThat(machine.restored).extracting(SavedFunction::name).containsExactly("iommu0");
    }

    @Test
    void a_file_that_is_no_snapshot_stays_as_it_is() throws Exception {
        Files.writeString(file, "letters");
        assertThatThrownBy(() -> console.execute("viommu:snapshot vm1.snapshot"))
                .hasMessage("FILE: " + file + ": it is there and holds no snapshot");
        assertThat(file).hasContent("letters");
        assertThatThrownBy(() -> console.execute("viommu:snapshot absent/file"))
                .hasMessageEndingWith(": there is no such file or folder");
    }

    @Test
    void a_file_that_cannot_be_restored_is_named_with_offset_and_value() throws Exception {
        assertThatThrownBy(() -> console.execute("viommu:restore absent"))
                .hasMessage(folder.resolve("absent") + ": there is no such file or folder");
        Files.write(file, new byte[64]);
        assertThatThrownBy(() -> console.execute("viommu:restore vm1.snapshot"))
                .hasMessage(file + ": offset 0x0: it is no snapshot, which begins with VIOMMUSN");
        Files.delete(file);
        console.execute("viommu:snapshot vm1.snapshot");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> console.execute("viommu:restore vm1.snapshot"))
                .hasMessage("%s: offset 0x10: length is %d, there are %d bytes", file, bytes.length, bytes.length - 1);
        Files.write(file, bytes);
        machine.refusal = new IllegalArgumentException("offset 0x2f: vm1/iommu0: too many queues");
        assertThatThrownBy(() -> console.execute("viommu:restore vm1.snapshot"))
                .hasMessage(file + ": offset 0x2f: vm1/iommu0: too many queues");
        assertThatThrownBy(() -> console.execute("viommu:restore -f disk0 vm1.snapshot"))
                .hasMessage("--function: 'disk0': " + file + " holds iommu0");
        assertThatThrownBy(() -> console.execute("viommu:restore -m vm2 vm1.snapshot"))
                .hasMessage("--machine: 'vm2': there are vm1");
    }
}
