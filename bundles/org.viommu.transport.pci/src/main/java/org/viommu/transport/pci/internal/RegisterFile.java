// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;

/** The BARs of a function: accesses of any offset and size, cut at the pages of its structures. */
final class RegisterFile {
    private final RegisterWindow[] pages;
    private final RegisterWindow msix;

    /**
     * Puts the structures in their places.
     *
     * @param msix the page of {@link FunctionLayout#MSIX_BAR}
     * @param pages the pages of {@link FunctionLayout#VIRTIO_BAR}
     */
    RegisterFile(RegisterWindow msix, RegisterWindow... pages) {
        this.msix = msix;
        this.pages = pages;
    }

    void read(int bar, long offset, ByteBuffer target) {
        for (long at = offset; target.hasRemaining(); at++) {
            target.put((byte) window(bar, at).read(inPage(at)));
        }
    }

    void write(int bar, long offset, ByteBuffer source) {
        int end = source.limit();
        for (long at = offset; source.position() < end; ) {
            int length = Math.min(end - source.position(), FunctionLayout.PAGE_SIZE - inPage(at));
            int next = source.position() + length;
            source.limit(next);
            window(bar, at).write(inPage(at), source);
            source.limit(end).position(next);
            at += length;
        }
    }

    private static int inPage(long offset) {
        return (int) offset & FunctionLayout.PAGE_SIZE - 1;
    }

    private RegisterWindow window(int bar, long offset) {
        long page = Long.divideUnsigned(offset, FunctionLayout.PAGE_SIZE);
        if (bar == FunctionLayout.MSIX_BAR && page == 0) {
            return msix;
        }
        return bar == FunctionLayout.VIRTIO_BAR && page >= 0 && page < pages.length
                ? pages[(int) page]
                : RegisterWindow.NONE;
    }
}
