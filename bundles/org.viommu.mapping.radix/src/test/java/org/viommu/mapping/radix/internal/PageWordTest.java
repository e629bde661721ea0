// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PageWordTest {

    @Test
    void the_word_of_any_page_says_all_about_its_mapping() {
        long physical = (1L << 52) - 0x20_0000;
        long start = 0x7fe0_0000L;
        for (int pages = 1; pages <= Level.SLOTS; pages++) {
            long first = PageWord.first(start, start + pages * 0x1000L - 1, physical, pages & 0x1f);
            assertThat(PageWord.isFirst(first)).isTrue();
            for (int back = 0; back < pages; back++) {
                long word = PageWord.other(first, back);

                assertThat(word).isNotEqualTo(PageWord.FREE);
                assertThat(PageWord.isFirst(word)).isEqualTo(back == 0);
                assertThat(PageWord.first(word)).isEqualTo(first);
                assertThat(PageWord.back(word)).isEqualTo(back);
                assertThat(PageWord.following(word)).isEqualTo(pages - 1);
                assertThat(PageWord.end(start, word)).isEqualTo(start + pages * 0x1000L - 1);
                assertThat(PageWord.physical(word)).isEqualTo(physical);
                assertThat(PageWord.flags(word)).isEqualTo(pages & 0x1f);
            }
        }
        assertThat(PageWord.isFirst(PageWord.FREE)).isFalse();
        assertThat(PageWord.back(PageWord.FREE)).isZero();
    }

    @Test
    void only_whole_pages_with_small_flags_fit() {
        assertThat(PageWord.fits(0x1000, 0x2fff, 0x5000, 0x1f)).isTrue();
        assertThat(PageWord.fits(0x1000, 0x2fff, (1L << 52) - 0x1000, 0)).isTrue();

        assertThat(PageWord.fits(0x1001, 0x2fff, 0x5000, 1)).isFalse();
        assertThat(PageWord.fits(0x1000, 0x2ffe, 0x5000, 1)).isFalse();
        assertThat(PageWord.fits(0x1000, 0x2fff, 0x5001, 1)).isFalse();
        assertThat(PageWord.fits(0x1000, 0x2fff, 1L << 52, 1)).isFalse();
        assertThat(PageWord.fits(0x1000, 0x2fff, 0x5000, 0x20)).isFalse();
        assertThat(PageWord.fits(0x1000, 0x2fff, 0x5000, -1)).isFalse();
    }
}
