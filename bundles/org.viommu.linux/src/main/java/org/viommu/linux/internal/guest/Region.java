// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

/**
 * Some consecutive blocks of a disk.
 *
 * @param first its first block
 * @param count how many there are, 0 or more
 */
public record Region(long first, long count) {
    /** Bytes of a block: what the guest transfers at once, and the unit of every request about its disk. */
    public static final int BLOCK = 64 * 1024;

    public long offset() {
        return first * BLOCK;
    }

    public long bytes() {
        return count * BLOCK;
    }

    /** Its size for people, for example {@code 16 MiB} or {@code 64 KiB}. */
    public String size() {
        long kib = bytes() / 1024;
        return kib % 1024 == 0 ? kib / 1024 + " MiB" : kib + " KiB";
    }
}
