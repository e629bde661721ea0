// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.viommu.driver.ProbeResult;
import org.viommu.driver.ReservedRange;
import org.viommu.virtio.iommu.RequestStatus;

/** The properties of an endpoint (virtio 1.4, 5.13.6.8). */
class PropertyParserTest {
    private static final ProbeResult MALFORMED = new ProbeResult(RequestStatus.IOERR, List.of());
    private static final ReservedRange RANGE = new ReservedRange(0x1000, 0x1fff, false);

    private final ByteBuffer buffer = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);

    private PropertyParserTest head(int type, int length) {
        buffer.putShort((short) type).putShort((short) length);
        return this;
    }

    private PropertyParserTest range(int subtype, long start, long end) {
        head(1, 20);
        buffer.putInt(subtype).putLong(start).putLong(end);
        return this;
    }

    private PropertyParserTest bytes(int count) {
        for (int i = 0; i < count; i++) {
            buffer.put((byte) 0xee);
        }
        return this;
    }

    /** What has been written, followed by zeros. */
    private ProbeResult parse() {
        return PropertyParser.parse(buffer.clear());
    }

    /** What has been written, and nothing behind it. */
    private ProbeResult parseExactly() {
        return PropertyParser.parse(buffer.flip());
    }

    private static ProbeResult found(ReservedRange... ranges) {
        return new ProbeResult(RequestStatus.OK, List.of(ranges));
    }

    @Test
    void a_list_ends_with_type_0() {
        assertThat(parse()).isEqualTo(found());
        range(0, 0x1000, 0x1fff).head(0, 0).range(0, 0x5000, 0x5fff);
        assertThat(parse()).isEqualTo(found(RANGE));
    }

    @Test
    void a_list_ends_with_its_buffer() {
        range(0, 0x1000, 0x1fff).range(1, 0, -1L);
        assertThat(parseExactly()).isEqualTo(found(RANGE, new ReservedRange(0, -1L, true)));
    }

    @Test
    void up_to_three_bytes_may_be_left_over() {
        range(0, 0x1000, 0x1fff).bytes(3);
        assertThat(parseExactly()).isEqualTo(found(RANGE));
    }

    @Test
    void R27_unknown_properties_are_passed_over() {
        head(2, 6).bytes(6).range(0, 0x1000, 0x1fff).head(0xfff, 0);
        assertThat(parse()).isEqualTo(found(RANGE));
    }

    @Test
    void R28_the_length_is_what_the_property_says() {
        head(1, 28);
        buffer.putInt(0).putLong(0x1000).putLong(0x1fff);
        bytes(8).range(1, 1, 2);
        assertThat(parse()).isEqualTo(found(RANGE, new ReservedRange(1, 2, true)));
    }

    @Test
    void R29_R30_a_property_with_reserved_bits_is_passed_over() {
        for (int reserved : new int[] {0x1000, 0x2000, 0x4000, 0x8000, 0xf000}) {
            buffer.clear();
            head(reserved | 1, 20).bytes(20).head(reserved, 4).bytes(4).range(0, 0x1000, 0x1fff);
            assertThat(parseExactly()).isEqualTo(found(RANGE));
        }
    }

    @Test
    void R32_reserved_bytes_of_a_range_are_ignored() {
        range(0xabcd_ef00, 0x1000, 0x1fff).range(0xffff_ff01, 0x1000, 0x1fff);
        assertThat(parse()).isEqualTo(found(RANGE, new ReservedRange(0x1000, 0x1fff, true)));
    }

    @Test
    void R33_an_unknown_subtype_is_a_range_that_must_not_be_mapped() {
        for (int subtype = 2; subtype < 256; subtype++) {
            buffer.clear();
            range(subtype, 0x1000, 0x1fff);
            assertThat(parseExactly()).isEqualTo(found(RANGE));
        }
    }

    @Test
    void a_property_longer_than_the_rest_spoils_the_list() {
        for (int length : new int[] {21, 100, 0x7fff, 0x8000, 0xffff}) {
            buffer.clear();
            range(0, 0x1000, 0x1fff).head(1, length).bytes(20);
            assertThat(parseExactly()).isEqualTo(MALFORMED);
        }
    }

    @Test
    void an_unknown_property_longer_than_the_rest_spoils_the_list_too() {
        head(7, 200);
        assertThat(parse()).isEqualTo(MALFORMED);
    }

    @Test
    void a_range_too_short_to_be_one_spoils_the_list() {
        for (int length = 0; length < 20; length++) {
            buffer.clear();
            head(1, length).bytes(20);
            assertThat(parse()).isEqualTo(MALFORMED);
        }
    }

    @Test
    void a_range_that_ends_before_its_start_spoils_the_list() {
        range(0, 0x2000, 0x1fff);
        assertThat(parse()).isEqualTo(MALFORMED);
        buffer.clear();
        range(0, -1L, 0);
        assertThat(parse()).isEqualTo(MALFORMED);
    }

    @Test
    void no_bytes_whatsoever_make_the_parser_fail() {
        Random random = new Random(4_711);
        for (int i = 0; i < 100_000; i++) {
            random.nextBytes(buffer.clear().array());
            for (int j = 0; j < 100; j += 4) {
                if (random.nextInt(3) != 0) {
                    buffer.putInt(j, random.nextInt(4) | random.nextInt(32) << 16);
                }
            }
            buffer.clear().limit(random.nextInt(129));
            assertThat(PropertyParser.parse(buffer)).isNotNull();
        }
    }
}
