// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;

/** One structure of a BAR. Used by one thread at a time. */
interface RegisterWindow {
    /** Reads as zero and ignores writes. */
    RegisterWindow NONE = new RegisterWindow() {
        @Override
        public int read(int offset) {
            return 0;
        }

        @Override
        public void write(int offset, ByteBuffer source) {}
    };

    /**
     * Reads a byte.
     *
     * @param offset from 0 to the end of the structure's page
     * @return 0 to 255; 0 behind the structure
     */
    int read(int offset);

    /**
     * Writes adjacent bytes in one access.
     *
     * @param offset of the first byte
     * @param source gives {@code source.remaining()} bytes; what lies behind the structure is ignored, and its position
     *     may be left anywhere
     */
    void write(int offset, ByteBuffer source);
}
