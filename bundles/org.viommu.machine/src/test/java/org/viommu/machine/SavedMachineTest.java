// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Snapshots as bytes. */
class SavedMachineTest {
    private static final SavedMachine SAVED = new SavedMachine(
            "vm1", List.of(function("iommu0", 23, 1, 2, 3), function("disk\u00e9", 2), function("rng0", 4, 5)));

    private static SavedFunction function(String name, int id, int... state) {
        ByteBuffer bytes = ByteBuffer.allocate(state.length);
        Arrays.stream(state).forEach(it -> bytes.put((byte) it));
        return new SavedFunction(name, id, 0, bytes.flip());
    }

    @Test
    void what_was_written_is_read() {
        byte[] bytes = SAVED.bytes();
        SavedMachine read = SavedMachine.read(bytes);

        assertThat(read.name()).isEqualTo("vm1");
        assertThat(read.functions()).hasSameSizeAs(SAVED.functions());
        for (int i = 0; i < read.functions().size(); i++) {
            SavedFunction function = read.functions().get(i);
            assertThat(function.name()).isEqualTo(SAVED.functions().get(i).name());
            assertThat(function.deviceId()).isEqualTo(SAVED.functions().get(i).deviceId());
            assertThat(function.state()).isEqualTo(SAVED.functions().get(i).state());
        }
        assertThat(bytes[read.functions().get(0).offset()]).isEqualTo((byte) 1);
    }

    @Test
    void a_truncated_one_is_refused_wherever_it_ends() {
        byte[] bytes = SAVED.bytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] part = Arrays.copyOf(bytes, length);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SavedMachine.read(part))
                    .withMessageMatching("offset 0x[0-9a-f]+: .*");
        }
    }

    @Test
    void a_changed_bit_is_noticed_wherever_it_is() {
        for (int bit = 0; bit < SAVED.bytes().length * Byte.SIZE; bit++) {
            byte[] bytes = SAVED.bytes();
            bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThatIllegalArgumentException().isThrownBy(() -> SavedMachine.read(bytes));
        }
    }

    @Test
    void a_foreign_file_and_another_version_are_told_apart() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SavedMachine.read(new byte[100]))
                .withMessage("offset 0x0: it is no snapshot, which begins with VIOMMUSN");
        byte[] later = SAVED.bytes();
        later[SavedMachineLayout.VERSION] = 2;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SavedMachine.read(later))
                .withMessage("offset 0x8: version is 2, known is 1");
        byte[] longer = Arrays.copyOf(SAVED.bytes(), SAVED.bytes().length + 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SavedMachine.read(longer))
                .withMessage(
                        "offset 0x10: length is %d, there are %d bytes".formatted(longer.length - 1, longer.length));
    }

    @Test
    void a_function_that_is_there_twice_is_refused() {
        SavedMachine twice = new SavedMachine("vm1", List.of(function("a", 4), function("a", 4)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SavedMachine.read(twice.bytes()))
                .withMessage("offset 0x28: function 'a' is there twice");
    }

    /** Whoever writes such bytes also writes the checksum. */
    @Test
    void hostile_bytes_with_the_right_checksum_are_refused_or_read_but_never_more() {
        Random random = new Random(17);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = SAVED.bytes();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes[SavedMachineLayout.FUNCTIONS + random.nextInt(bytes.length - SavedMachineLayout.FUNCTIONS)] =
                        (byte) random.nextInt();
            }
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(SavedMachineLayout.CHECKSUM, SavedMachine.checksum(bytes));
            try {
                SavedMachine.read(bytes);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageStartingWith("offset 0x");
            }
        }
    }
}
