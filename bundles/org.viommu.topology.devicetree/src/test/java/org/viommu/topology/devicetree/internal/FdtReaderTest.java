// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.topology.Problem;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.devicetree.FdtLayout;

class FdtReaderTest {
    private static final byte[] STRINGS = "model\0".getBytes(StandardCharsets.US_ASCII);

    /** One root with a property and a child, as words. */
    private static final int[] SOUND = {
        FdtLayout.BEGIN_NODE,
        0,
        FdtLayout.PROP,
        4,
        0,
        0x41424300,
        FdtLayout.BEGIN_NODE,
        0x61000000,
        FdtLayout.END_NODE,
        FdtLayout.END_NODE,
        FdtLayout.END
    };

    private static final int STRUCT = FdtLayout.HEADER_SIZE + FdtLayout.RESERVATION_SIZE;

    /** A blob with that structure. */
    private static byte[] blob(int... structure) {
        int strings = STRUCT + structure.length * Integer.BYTES;
        ByteBuffer blob = ByteBuffer.allocate(strings + STRINGS.length);
        for (int field : new int[] {
            FdtLayout.MAGIC_VALUE,
            blob.capacity(),
            STRUCT,
            strings,
            FdtLayout.HEADER_SIZE,
            17,
            16,
            3,
            STRINGS.length,
            structure.length * Integer.BYTES
        }) {
            blob.putInt(field);
        }
        blob.position(STRUCT);
        for (int word : structure) {
            blob.putInt(word);
        }
        return blob.put(STRINGS).array();
    }

    private static byte[] with(byte[] blob, int offset, int value) {
        byte[] changed = blob.clone();
        ByteBuffer.wrap(changed).putInt(offset, value);
        return changed;
    }

    private static void refuse(byte[] blob, int offset, String message) {
        assertThatExceptionOfType(TopologyFormatException.class)
                .isThrownBy(() -> FdtReader.read(blob))
                .satisfies(e -> assertThat(e.offset()).isEqualTo(offset))
                .withMessageContaining(message);
    }

    @Test
    void a_sound_blob_is_read() throws Exception {
        DeviceTree tree = FdtReader.read(blob(SOUND));
        assertThat(tree.bootCpu()).isEqualTo(3);
        assertThat(tree.problems()).isEmpty();
        assertThat(tree.root().property("model").orElseThrow().string()).isEqualTo("ABC");
        assertThat(tree.root().property("model").orElseThrow().offset()).isEqualTo(STRUCT + 20);
        assertThat(tree.root().children())
                .singleElement()
                .extracting(DeviceNode::path)
                .isEqualTo("/a");
    }

    @Test
    void what_is_written_is_what_was_read() throws Exception {
        assertThat(FdtWriter.write(FdtReader.read(blob(SOUND)))).isEqualTo(blob(SOUND));
    }

    @Test
    void version_16_has_no_size_of_the_structure() throws Exception {
        byte[] old = with(with(blob(SOUND), FdtLayout.VERSION, 16), FdtLayout.STRUCT_SIZE, -1);
        assertThat(FdtReader.read(old).root().children()).hasSize(1);
    }

    @Test
    void nothing_may_stand_between_any_two_tokens() throws Exception {
        int nop = FdtLayout.NOP;
        int[] nops = {
            nop,
            FdtLayout.BEGIN_NODE,
            0,
            nop,
            FdtLayout.PROP,
            4,
            0,
            0x41424300,
            nop,
            nop,
            FdtLayout.BEGIN_NODE,
            0x61000000,
            nop,
            FdtLayout.END_NODE,
            nop,
            FdtLayout.END_NODE,
            nop,
            FdtLayout.END
        };
        assertThat(FdtWriter.write(FdtReader.read(blob(nops)))).isEqualTo(blob(SOUND));
    }

    @Test
    void memory_reservations_are_kept() throws Exception {
        DeviceTree tree = FdtReader.read(blob(SOUND));
        List<DeviceTree.Reservation> reservations =
                List.of(new DeviceTree.Reservation(0x8000_0000L, 0x1000), new DeviceTree.Reservation(0, -1));
        byte[] blob = FdtWriter.write(new DeviceTree(tree.root(), reservations, 0, List.of()));
        assertThat(FdtReader.read(blob).reservations()).isEqualTo(reservations);
        refuse(
                with(blob, FdtLayout.RESERVATIONS_OFFSET, blob.length / 8 * 8),
                blob.length / 8 * 8,
                "memory reservation 0");
    }

    @Test
    void a_property_behind_a_child_is_left_out_for_linux_does_not_see_it() throws Exception {
        DeviceTree tree = FdtReader.read(blob(
                FdtLayout.BEGIN_NODE,
                0,
                FdtLayout.BEGIN_NODE,
                0x61000000,
                FdtLayout.END_NODE,
                FdtLayout.PROP,
                0,
                0,
                FdtLayout.END_NODE,
                FdtLayout.END));
        assertThat(tree.root().properties()).isEmpty();
        assertThat(tree.problems()).singleElement().extracting(Problem::where).isEqualTo("/ model at byte 0x58");
    }

    @Test
    void the_first_of_two_properties_of_a_name_counts() throws Exception {
        DeviceTree tree = FdtReader.read(blob(
                FdtLayout.BEGIN_NODE,
                0,
                FdtLayout.PROP,
                4,
                0,
                1,
                FdtLayout.PROP,
                4,
                0,
                2,
                FdtLayout.END_NODE,
                FdtLayout.END));
        assertThat(tree.root().property("model").orElseThrow().cell(0)).isEqualTo(1);
        assertThat(tree.problems()).hasSize(1);
    }

    @Test
    void bytes_behind_the_blob_are_reported() throws Exception {
        byte[] padded = Arrays.copyOf(blob(SOUND), blob(SOUND).length + 8);
        assertThat(FdtReader.read(padded).problems())
                .singleElement()
                .hasToString("warning: byte 0x6a: 8 bytes behind the blob are ignored");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0xd00dfeee, 'magic is 0xd00dfeee, must be 0xd00dfeed'",
        "4, 107, 'total size is 107, must be 40 to 106, the number of bytes given'",
        "4, 39, 'total size is 39, must be 40 to 106'",
        "4, -1, 'total size is 4294967295'",
        "8, 36, 'offset of the structure is 36, must be 40 to 106'",
        "8, 58, 'offset of the structure is 58, must be a multiple of 4'",
        "12, 107, 'offset of the strings is 107, must be 40 to 106'",
        "16, 44, 'offset of the memory reservations is 44, must be a multiple of 8'",
        "16, -8, 'offset of the memory reservations is 4294967288'",
        "20, 3, 'version is 3, must be 16 or later'",
        "24, 18, 'last compatible version is 18, must be at most 17'",
        "32, 7, 'size of the strings is 7, must be at most 6'",
        "36, 51, 'size of the structure is 51, must be at most 50'"
    })
    void each_field_of_the_header_is_checked(int offset, String value, String message) {
        refuse(with(blob(SOUND), offset, Long.decode(value).intValue()), offset, message);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 35, 39, 50, 60, 70, 90, 99, 105})
    void a_blob_that_is_cut_off_is_refused(int length) {
        byte[] cut = Arrays.copyOf(blob(SOUND), length);
        if (length >= FdtLayout.HEADER_SIZE) {
            cut = with(cut, FdtLayout.TOTAL_SIZE, length);
        }
        byte[] blob = cut;
        assertThatExceptionOfType(TopologyFormatException.class).isThrownBy(() -> FdtReader.read(blob));
    }

    @Test
    void tokens_must_make_a_tree() {
        refuse(blob(FdtLayout.END), STRUCT, "token is END, but there is no node");
        refuse(blob(FdtLayout.END_NODE), STRUCT, "END_NODE, but no node is open");
        refuse(blob(FdtLayout.PROP, 0, 0), STRUCT, "PROP, but no node is open");
        refuse(blob(FdtLayout.BEGIN_NODE, 0, FdtLayout.END), STRUCT + 8, "token in / is END, but a node is open");
        refuse(
                blob(FdtLayout.BEGIN_NODE, 0, FdtLayout.END_NODE, FdtLayout.BEGIN_NODE, 0),
                STRUCT + 12,
                "there must be one root only");
        refuse(blob(FdtLayout.BEGIN_NODE, 0, 0x77), STRUCT + 8, "token in / is 0x77, must be 1, 2, 3, 4 or 9");
        refuse(blob(FdtLayout.BEGIN_NODE, 0), STRUCT + 8, "beyond the end of the structure at byte 0x40");
    }

    @Test
    void lengths_and_names_must_be_inside_their_blocks() {
        refuse(
                blob(FdtLayout.BEGIN_NODE, 0, FdtLayout.PROP, 9, 0, 0, 0),
                STRUCT + 12,
                "length of a property in / is 9, must be at most 8");
        refuse(blob(FdtLayout.BEGIN_NODE, 0, FdtLayout.PROP, -1, 0), STRUCT + 12, "4294967295");
        refuse(
                blob(FdtLayout.BEGIN_NODE, 0, FdtLayout.PROP, 0, 6),
                STRUCT + 16,
                "name offset of a property in / is 6, must be below 6");
        refuse(blob(FdtLayout.BEGIN_NODE, 0x61616161), STRUCT + 4, "not ended within 4 bytes");
        byte[] endless = with(blob(SOUND), FdtLayout.STRINGS_SIZE, 5);
        refuse(endless, endless.length - 6, "must end with a NUL within its block");
    }

    @Test
    void a_name_and_a_path_have_a_longest_length_and_a_tree_a_depth() {
        int[] nameOf256 = new int[67];
        Arrays.fill(nameOf256, 0x61616161);
        nameOf256[0] = FdtLayout.BEGIN_NODE;
        nameOf256[65] = 0;
        refuse(blob(nameOf256), STRUCT + 4, "at most 255 characters");
        refuse(blob(nested(64, 1)), STRUCT + 8 * 64, "a node 64 levels down");
        assertThatExceptionOfType(TopologyFormatException.class)
                .isThrownBy(() -> FdtReader.read(blob(nested(40, 4))))
                .withMessageContaining("whose path has 518 bytes");
    }

    private static int[] nested(int depth, int words) {
        ByteArrayOutputStream tokens = new ByteArrayOutputStream();
        for (int i = 0; i <= depth; i++) {
            ByteBuffer node = ByteBuffer.allocate((1 + (i == 0 ? 1 : words)) * Integer.BYTES)
                    .putInt(FdtLayout.BEGIN_NODE);
            if (i > 0) {
                for (int word = 0; word < words; word++) {
                    node.putInt(word == words - 1 ? 0x61000000 : 0x61616161);
                }
            }
            tokens.writeBytes(node.array());
        }
        ByteBuffer all = ByteBuffer.wrap(tokens.toByteArray());
        int[] structure = new int[all.capacity() / Integer.BYTES];
        all.asIntBuffer().get(structure);
        return structure;
    }
}
