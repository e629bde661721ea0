// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The window of registers between a driver and its device: a device's side implements it, and so does a driver's way to
 * a device elsewhere, for example to a mapped page.
 *
 * <p>Used by one thread at a time, but for the registers of the interrupt, the status and kicks, which any thread may
 * use. A way that can fail throws {@link java.io.UncheckedIOException}.
 */
@ConsumerType
public interface MmioRegisters {
    /**
     * Reads a register, or a part of the configuration space.
     *
     * @param offset in the window, any value
     * @param size number of bytes, any value
     * @return the little-endian value, zero-extended; 0 for an access that the standard does not allow
     */
    long read(long offset, int size);

    /**
     * Writes a register, or a part of the configuration space. An access that the standard does not allow is ignored.
     *
     * @param offset in the window, any value
     * @param size number of bytes, any value
     * @param value of which the low bytes are written, little-endian
     */
    void write(long offset, int size, long value);

    /**
     * Says where the interrupt line leads from now on.
     *
     * @param line told of each change of the level
     */
    void connect(InterruptLine line);
}
