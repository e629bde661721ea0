// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SingleWriterTest {
    private final SingleWriter writer = new SingleWriter();
    private final List<String> done = new ArrayList<>();

    @Test
    void while_nobody_serves_the_caller_does_it_itself() {
        writer.submit(() -> done.add("task"));
        assertThat(done).containsExactly("task");
    }

    @Test
    void while_a_session_serves_it_is_done_between_two_batches() {
        writer.begin();
        writer.submit(() -> done.add("first"));
        assertThat(done).isEmpty();
        writer.runTasks();
        assertThat(done).containsExactly("first");
        writer.submit(() -> done.add("second"));
        writer.end();
        assertThat(done).containsExactly("first", "second");
        writer.submit(() -> done.add("third"));
        assertThat(done).containsExactly("first", "second", "third");
    }

    @Test
    void a_caller_waits_for_the_session_to_do_it() {
        writer.begin();
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> writer.call(() -> "answer"));
        while (!answer.isDone()) {
            writer.runTasks();
            Thread.onSpinWait();
        }
        writer.end();
        assertThat(answer.join()).isEqualTo("answer");
    }

    @Test
    void what_a_task_throws_comes_back_to_the_caller() {
        assertThatIllegalStateException()
                .isThrownBy(() -> writer.call(() -> {
                    throw new IllegalStateException("no");
                }))
                .withMessage("no");
    }
}
