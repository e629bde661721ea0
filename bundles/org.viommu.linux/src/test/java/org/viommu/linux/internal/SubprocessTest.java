// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class SubprocessTest {
    @TempDir
    private Path folder;

    private final List<String> lines = new ArrayList<>();

    private int run(String script) throws IOException, InterruptedException {
        return Subprocess.run(List.of("sh", "-c", script), folder, lines::add);
    }

    @Test
    void every_line_is_there_when_it_ends_whichever_stream_it_came_on() throws Exception {
        assertThat(run("pwd; echo \"$LC_ALL\" >&2; exit 3")).isEqualTo(3);

        assertThat(lines).containsExactly(folder.toRealPath().toString(), "C");
    }

    @Test
    void it_has_no_input_to_wait_for() throws Exception {
        assertThat(run("cat")).isZero();
    }

    @Test
    void a_program_that_is_not_there_is_an_exception() {
        assertThatThrownBy(() -> Subprocess.run(List.of("/nothing"), folder, lines::add))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/nothing");
    }

    @Test
    void an_interrupt_ends_it() {
        AtomicReference<Thread> caller = new AtomicReference<>(Thread.currentThread());

        assertThatThrownBy(() -> Subprocess.run(
                        List.of("sh", "-c", "echo up; exec sleep 1000"),
                        folder,
                        line -> caller.get().interrupt()))
                .isInstanceOf(InterruptedException.class);
    }
}
