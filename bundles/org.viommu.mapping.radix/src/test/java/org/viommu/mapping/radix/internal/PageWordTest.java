// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PageWordTest {

    @Test
    void a_head_says_all_about_a_mapping() {
        long physical = (1L << 58) - 0x20_0000;
        long start = 0x7fe0_0000L;
        for (int pages = 1; pages <= Level.SLOTS; pages++) {
            long head = PageWord.head(start, start + pages * 0x1000L - 1, physical, pages & 0xff);

            assertThat(PageWord.isHead(head)).isTrue();
            assertThat(PageWord.back(head)).isZero();
            assertThat(PageWord.following(head)).isEqualTo(pages - 1);
            assertThat(PageWord.end(start, head)).isEqualTo(start + pages * 0x1000L - 1);
            assertThat(PageWord.physical(head)).isEqualTo(physical);
            assertThat(PageWord.flags(head)).isEqualTo(pages & 0xff);
        }
    }

    @Test
    void another_page_says_where_the_head_is() {
        for (int back = 1; back < Level.SLOTS; back++) {
            long word = PageWord.other(back);

            assertThat(word).isNotEqualTo(PageWord.FREE);
            assertThat(PageWord.isHead(word)).isFalse();
            assertThat(PageWord.back(word)).isEqualTo(back);
        }
        assertThat(PageWord.back(PageWord.FREE)).isZero();
    }

    @Test
    void only_whole_pages_with_small_flags_fit() {
        assertThat(PageWord.fits(0x1000, 0x2fff, 0x5000, 0xff)).isTrue();
        assertThat(PageWord.fits(0x1000, 0x2fff, (1L << 58) - 0x1000, 0)).isTrue();

        assertThat(PageWord.fits(0x1001, 0x2fff, 0x5000, 1)).isFalse();
        assertThat(PageWord.fits(0x1000, 0x2ffe, 0x5000, 1)).isFalse();
        assertThat(PageWord.fits(0x1000, 0x2fff, 0x5001, 1)).isFalse();
        assertThat(PageWord.fits(0x1000, 0x2fff, 1L << 58, 1)).isFalse();
        assertThat(PageWord.fits(0x1000, 0x2fff, 0x5000, 0x100)).isFalse();
        assertThat(PageWord.fits(0x1000, 0x2fff, 0x5000, -1)).isFalse();
    }
}
