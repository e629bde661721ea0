// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.util.List;
import org.viommu.transport.pci.PciBar;

/**
 * Where a {@link org.viommu.transport.pci.VirtioPciFunction} keeps its structures; drivers find them by capabilities.
 *
 * <pre>
 *  BAR 1, 4 KiB                      BAR 4, 16 KiB, 64-bit, prefetchable
 *  000   MSI-X table                 0000   common configuration
 *  800   MSI-X pending bits          1000   interrupt status
 *                                    2000   device-specific configuration
 *                                    3000   notify: 4 bytes for each queue
 * </pre>
 */
public final class FunctionLayout {
    /** Each structure of BAR 4 has a page of its own. */
    public static final int PAGE_SIZE = 0x1000;

    /** Index of the BAR with the MSI-X structures. */
    public static final int MSIX_BAR = 1;

    /** Offset of the MSI-X table. */
    public static final int MSIX_TABLE = 0;

    /** Offset of the MSI-X pending bits; bounds the table to 128 vectors. */
    public static final int MSIX_PENDING = 0x800;

    /** Index of the BAR with the virtio structures. */
    public static final int VIRTIO_BAR = 4;

    /** Offset of the common configuration. */
    public static final int COMMON = 0;

    /** Offset of the interrupt status. */
    public static final int ISR = PAGE_SIZE;

    /** Size of the interrupt status. */
    public static final int ISR_SIZE = 1;

    /** Offset of the device-specific configuration. */
    public static final int DEVICE = 2 * PAGE_SIZE;

    /** Offset of the notify structure. */
    public static final int NOTIFY = 3 * PAGE_SIZE;

    /** Bytes of the notify structure for each queue. */
    public static final int NOTIFY_MULTIPLIER = 4;

    /** The BARs. */
    public static final List<PciBar> BARS =
            List.of(new PciBar(MSIX_BAR, PAGE_SIZE, false, false), new PciBar(VIRTIO_BAR, 4 * PAGE_SIZE, true, true));

    private FunctionLayout() {}
}
