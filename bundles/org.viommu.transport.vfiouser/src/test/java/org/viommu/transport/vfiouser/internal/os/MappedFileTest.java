// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MappedFileTest {
    private static final int GIB = 1 << 30;

    private final int memfd = Peer.memfd(3L * GIB);
    private final ReceivedDescriptors descriptors = Peer.received(memfd);

    @AfterEach
    void close() {
        descriptors.close();
    }

    @Test
    void two_mappings_of_a_file_show_the_same_bytes() throws IOException {
        try (MappedFile one = MappedFile.map(descriptors, 0, 0, 0x4000, true);
                MappedFile other = MappedFile.map(descriptors, 0, 0x1000, 0x1000, false)) {
            one.windows(GIB).get(0).put(0x1234, (byte) 42);
            assertThat(other.windows(GIB).get(0).get(0x234)).isEqualTo((byte) 42);
        }
    }

    @Test
    void more_than_two_gigabytes_come_in_windows() throws IOException {
        try (MappedFile file = MappedFile.map(descriptors, 0, 0x1000, 3L * GIB - 0x1000, true)) {
            List<ByteBuffer> windows = file.windows(GIB);
            assertThat(windows.stream().map(ByteBuffer::capacity)).containsExactly(GIB, GIB, GIB - 0x1000);
            windows.get(2).put(GIB - 0x1001, (byte) 1);
            try (MappedFile end = MappedFile.map(descriptors, 0, 3L * GIB - 0x1000, 0x1000, false)) {
                assertThat(end.windows(GIB).get(0).get(0xfff)).isEqualTo((byte) 1);
            }
        }
    }

    @Test
    void windows_refuse_accesses_after_close() throws IOException {
        MappedFile file = MappedFile.map(descriptors, 0, 0, 0x1000, true);
        ByteBuffer window = file.windows(GIB).get(0);
        long mapped = Peer.mappings("memfd:guest");
        file.close();
        assertThat(Peer.mappings("memfd:guest")).isEqualTo(mapped - 1);
        assertThatThrownBy(() -> window.get(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_read_only_mapping_gives_read_only_windows() throws IOException {
        try (MappedFile file = MappedFile.map(descriptors, 0, 0, 0x1000, false)) {
            assertThat(file.windows(GIB).get(0).isReadOnly()).isTrue();
        }
    }

    @Test
    void a_part_beyond_the_end_is_refused() {
        assertThatThrownBy(() -> MappedFile.map(descriptors, 0, 3L * GIB - 0x1000, 0x2000, true))
                .hasMessage("mmap of 0x2000 bytes at 0xbffff000 of a file with 0xc0000000 bytes: EINVAL");
        assertThatThrownBy(() -> MappedFile.map(descriptors, 0, Long.MAX_VALUE & -0x1000, 0x1000, true))
                .isInstanceOf(SystemCallException.class);
        assertThatThrownBy(() -> MappedFile.map(descriptors, 0, 0, Long.MAX_VALUE, true))
                .isInstanceOf(SystemCallException.class);
    }

    @Test
    void what_is_no_regular_file_is_refused() {
        ReceivedDescriptors eventFd = Peer.received(Peer.eventFd(0));
        assertThatThrownBy(() -> MappedFile.map(eventFd, 0, 0, 0x1000, true))
                .hasMessage("mmap of what is no regular file: EINVAL");
        eventFd.close();
    }
}
