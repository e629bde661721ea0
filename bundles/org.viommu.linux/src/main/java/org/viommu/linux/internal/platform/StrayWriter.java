// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

/** An endpoint that can be made to write where the guest has not allowed it. */
public interface StrayWriter {
    /** The endpoint's PCI address as Linux writes it. */
    String address();

    /** The endpoint's ID as the guest's kernel prints it, unsigned 32-bit. */
    int endpoint();

    /**
     * Makes the endpoint write.
     *
     * @param iova first address, unsigned
     * @param length number of bytes, above 0
     */
    void write(long iova, int length);
}
