// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;

/** Host memory and regions for tests. */
final class Windows {
    private Windows() {}

    /** Zeroed host memory. */
    static ByteBuffer window(int size) {
        return ByteBuffer.allocateDirect(size);
    }

    /** A writable region of zeros. */
    static MemoryRegion writable(long start, int size) {
        return new MemoryRegion(start, start + size - 1, true, List.of(window(size)));
    }

    /** A read-only region over host memory that the test can still write. */
    static MemoryRegion readOnly(long start, ByteBuffer window) {
        return new MemoryRegion(start, start + window.capacity() - 1, false, List.of(window));
    }

    /** A region of {@code count} whole windows that all show the same 1 GiB of a sparse file. */
    static MemoryRegion huge(long start, int count, ByteBuffer gigabyte) {
        long end = start + count * (long) MemoryRegion.WINDOW_SIZE - 1;
        return new MemoryRegion(start, end, true, Collections.nCopies(count, gigabyte));
    }

    /** 1 GiB of host memory, of which only touched pages take room. */
    static ByteBuffer gigabyte() throws IOException {
        Path file = Files.createTempFile("viommu-window", ".bin");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            return channel.map(MapMode.READ_WRITE, 0, MemoryRegion.WINDOW_SIZE);
        }
    }
}
