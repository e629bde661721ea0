// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

/**
 * The bytes of a saved function, little-endian, in front of those of its device.
 *
 * <pre>
 *         +0       +2       +4                   +8                   +c             +e
 *  000    version  vectors  device feature sel.  driver feature sel.  queue select   interrupt status
 *  010    configuration space, but for what the guest cannot write
 *  110    vector 0, vector 1, ...
 *         {@link org.viommu.virtio.DeviceState}
 *
 *  vector                   entry of the MSI-X table
 *  +10    mapped   flags
 * </pre>
 *
 * <p>{@code mapped} of vector <i>i</i> is the vector that queue <i>i</i> has, and of the last one that of configuration
 * changes.
 */
final class FunctionStateLayout {
    /** le16: {@link #VERSION_1}. */
    static final int VERSION = 0x00;

    /** le16: number of vectors. */
    static final int VECTORS = 0x02;

    /** le32. */
    static final int DEVICE_FEATURE_SELECT = 0x04;

    /** le32. */
    static final int DRIVER_FEATURE_SELECT = 0x08;

    /** le16. */
    static final int QUEUE_SELECT = 0x0c;

    /** le16. */
    static final int INTERRUPT_STATUS = 0x0e;

    /** The configuration space. */
    static final int CONFIG = 0x10;

    /** Size of what comes before the vectors. */
    static final int SIZE = CONFIG + PciConfigLayout.SIZE;

    /** le16 of a vector. */
    static final int MAPPED = MsixLayout.ENTRY_SIZE;

    /** le16 of a vector: the {@code FLAG_} bits. */
    static final int FLAGS = MAPPED + 2;

    /** Size of a vector. */
    static final int VECTOR = FLAGS + 2;

    /** Bit of {@link #FLAGS}: the vector is masked here. */
    static final int FLAG_MASKED = 1;

    /** Bit of {@link #FLAGS}: a message waits for the mask to be taken away. */
    static final int FLAG_PENDING = 1 << 1;

    /** The one version there is. */
    static final int VERSION_1 = 1;

    private FunctionStateLayout() {}
}
