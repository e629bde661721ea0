// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A driver's way to a PCI function that its platform has made ready: memory decoding and bus mastering are on, and MSI-X
 * too if the platform has vectors for it. Thread-safe.
 *
 * <p>Values are little-endian and zero-extended. A way that can fail throws {@link java.io.UncheckedIOException}.
 */
@ConsumerType
public interface PciPort {
    /**
     * Reads configuration space.
     *
     * @param offset a multiple of the size, below 256
     * @param size 1, 2 or 4 bytes
     * @return the value; all ones if there is no function
     */
    long readConfig(int offset, int size);

    /**
     * Reads a BAR.
     *
     * @param bar index of the BAR, 0 to 5
     * @param offset in the BAR, a multiple of the size
     * @param size 1, 2 or 4 bytes
     * @return the value
     */
    long readBar(int bar, long offset, int size);

    /**
     * Writes a BAR.
     *
     * @param bar index of the BAR, 0 to 5
     * @param offset in the BAR, a multiple of the size
     * @param size 1, 2 or 4 bytes
     * @param value of which the low bytes are written
     */
    void writeBar(int bar, long offset, int size, long value);

    /**
     * Says who hears about the function's interrupts from now on.
     *
     * @param interrupts told of messages, or of each change of the pin
     * @return number of MSI-X vectors that reach {@link PciInterrupts#msix}; 0 if the function uses its pin
     */
    int connect(PciInterrupts interrupts);
}
