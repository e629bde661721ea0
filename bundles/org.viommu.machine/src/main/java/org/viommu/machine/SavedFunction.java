// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine;

import java.nio.ByteBuffer;

/**
 * A saved function of a machine.
 *
 * @param name name of the device
 * @param deviceId the device ID of virtio 1.4, chapter 5
 * @param offset where its state begins in the bytes of its {@link SavedMachine}
 * @param state what {@link org.viommu.transport.pci.PciFunction#save()} gave; a read-only buffer of its own at each call
 */
public record SavedFunction(String name, int deviceId, int offset, ByteBuffer state) {
    /** Keeps the buffer from being changed. */
    public SavedFunction {
        state = state.slice().asReadOnlyBuffer();
    }

    /**
     * What the function has saved.
     *
     * @return a read-only buffer of its own at each call
     */
    @Override
    public ByteBuffer state() {
        return state.duplicate();
    }
}
