// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * {@code struct sockaddr_un}, unix(7).
 *
 * <pre>
 * 0        2                                       110
 * +--------+---------------------------------------+
 * | family | path, NUL-terminated                  |
 * +--------+---------------------------------------+
 * </pre>
 */
final class SocketAddressLayout {
    static final int FAMILY = 0;
    static final int PATH = 2;
    static final int SIZE = 110;
    /** Longest path in bytes; the last byte is its NUL. */
    static final int MAX_PATH = SIZE - PATH - 1;

    static final short AF_UNIX = 1;

    private SocketAddressLayout() {}

    /**
     * Writes the address of a socket file.
     *
     * @throws IllegalArgumentException if the path is too long
     */
    static MemorySegment of(Path path, Arena arena) {
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_PATH) {
            throw new IllegalArgumentException(
                    "socket path %s has %d bytes; at most %d are allowed".formatted(path, bytes.length, MAX_PATH));
        }
        MemorySegment address = arena.allocate(SIZE, Short.BYTES);
        address.set(JAVA_SHORT, FAMILY, AF_UNIX);
        MemorySegment.copy(bytes, 0, address, JAVA_BYTE, PATH, bytes.length);
        return address;
    }
}
