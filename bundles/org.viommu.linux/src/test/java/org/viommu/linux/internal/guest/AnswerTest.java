// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerTest {
    @Test
    void values_are_found_by_their_keys() {
        Answer answer = new Answer("ok rounds=23 mismatches=0 source=virtio_rng.0");

        assertThat(answer.isOk()).isTrue();
        assertThat(answer.count("rounds")).isEqualTo(23);
        assertThat(answer.get("source")).isEqualTo("virtio_rng.0");
    }

    @Test
    void what_is_not_there_is_empty_or_minus_one() {
        Answer answer = new Answer("ok rounds=many");

        assertThat(answer.get("sha256")).isEmpty();
        assertThat(answer.count("sha256")).isEqualTo(-1);
        assertThat(answer.count("rounds")).isEqualTo(-1);
    }

    @Test
    void an_error_has_no_values() {
        Answer answer = new Answer("error dd: sha256=0 is not a number");

        assertThat(answer.isOk()).isFalse();
        assertThat(answer.get("sha256")).isEmpty();
        assertThat(answer).hasToString("error dd: sha256=0 is not a number");
    }

    @Test
    void a_word_that_begins_with_ok_is_not_ok() {
        assertThat(new Answer("okay").isOk()).isFalse();
        assertThat(new Answer("ok").isOk()).isTrue();
    }
}
