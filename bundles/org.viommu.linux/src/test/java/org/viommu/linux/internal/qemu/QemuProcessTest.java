// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.CannotRun;

@Timeout(300)
class QemuProcessTest {
    @TempDir
    private Path folder;

    private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> errors = new LinkedBlockingQueue<>();

    private QemuProcess start(String script) throws CannotRun {
        return QemuProcess.start(List.of("sh", "-c", script), folder, output::add, errors::add);
    }

    @Test
    void console_and_messages_are_told_apart_and_lines_have_no_ends() throws Exception {
        try (QemuProcess qemu = start("printf 'one\\r\\ntwo'; echo oops >&2")) {
            assertThat(qemu.waitFor(300)).isTrue();
            assertThat(output.poll(300, TimeUnit.SECONDS)).isEqualTo("one");
            assertThat(output.poll(300, TimeUnit.SECONDS)).isEqualTo("two");
            assertThat(errors.poll(300, TimeUnit.SECONDS)).isEqualTo("oops");
        }
    }

    @Test
    void closing_ends_it() throws Exception {
        QemuProcess qemu = start("exec sleep 1000");
        assertThat(qemu.isAlive()).isTrue();

        qemu.close();

        assertThat(qemu.isAlive()).isFalse();
    }

    @Test
    void closing_ends_it_for_an_interrupted_thread_too() throws Exception {
        QemuProcess qemu = start("exec sleep 1000");
        Thread.currentThread().interrupt();

        qemu.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(qemu.isAlive()).isFalse();
    }

    @Test
    void closing_ends_one_that_does_not_want_to_end() throws Exception {
        QemuProcess qemu = start("trap '' TERM; echo ready; while :; do sleep 1; done");
        assertThat(output.poll(300, TimeUnit.SECONDS)).isEqualTo("ready");

        qemu.close();

        assertThat(qemu.isAlive()).isFalse();
    }

    @Test
    void a_program_that_is_not_there_is_said() {
        assertThatThrownBy(() -> QemuProcess.start(List.of("/nothing"), folder, output::add, errors::add))
                .isInstanceOf(CannotRun.class)
                .hasMessageContaining("/nothing");
    }

    @Test
    void endless_messages_are_cut() {
        QemuMessages messages = new QemuMessages(errors::add);
        assertThat(messages.last()).isEmpty();

        for (int i = 1; i <= 1000; i++) {
            messages.accept("Broken pipe " + i);
        }

        assertThat(errors).hasSize(20);
        assertThat(messages.last()).isEqualTo("Broken pipe 20");
    }
}
