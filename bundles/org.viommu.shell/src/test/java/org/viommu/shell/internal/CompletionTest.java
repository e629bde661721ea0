// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a word could become. */
class CompletionTest {
    private final Inventory inventory =
            new Inventory(List.of(new SampleDevice("vm1"), new SampleDevice("vm2")), List.of(new SampleMachine()));
    private final List<Command> commands =
            List.of(new MappingsCommand(inventory), new TranslateCommand(inventory), new SnapshotCommand(inventory));
    private final Console console = new Console(commands.toArray(Command[]::new));

    @AfterEach
    void close_console() {
        console.close();
    }

    private List<String> candidates(String line) {
        return new Completion(console.session(), commands).candidates(line);
    }

    @Test
    void the_first_word_is_a_command_with_or_without_its_scope() {
        assertThat(candidates("")).contains("mappings", "viommu:mappings", "translate");
        assertThat(candidates("viommu:m")).containsExactly("viommu:mappings");
        assertThat(candidates("mappings 5 | tra")).containsExactly("translate");
        assertThat(candidates("each (ma")).containsExactly("mappings");
    }

    @Test
    void options_and_their_values_are_known() {
        assertThat(candidates("mappings --")).containsExactly("--device", "--from", "--json", "--limit", "--to");
        assertThat(candidates("viommu:mappings --device ")).containsExactly("vm1/iommu0", "vm2/iommu0");
        assertThat(candidates("mappings -d vm2")).containsExactly("vm2/iommu0");
        assertThat(candidates("snapshot -f ")).containsExactly("disk0", "iommu0");
    }

    @Test
    void arguments_are_known_by_their_place() {
        assertThat(candidates("mappings -d vm1/iommu0 --json ")).containsExactly("5", "6");
        assertThat(candidates("translate 0x1")).containsExactly("0x10", "0x11", "0x12");
        assertThat(candidates("translate 0x10 ")).isEmpty();
        assertThat(candidates("translate 0x10 5 ")).isEmpty();
        assertThat(candidates("unknown ")).isEmpty();
    }
}
