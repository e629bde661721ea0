// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;
import org.viommu.virtio.VirtioDevice;

/**
 * Where a driver kicks queues (virtio 1.4, 4.1.4.4): the place says which, so it does not matter whether the driver
 * writes an index, the device's data for the queue, or how far it has come: the ring itself says that.
 */
final class NotifyWindow implements RegisterWindow {
    private final VirtioDevice device;

    NotifyWindow(VirtioDevice device) {
        this.device = device;
    }

    @Override
    public int read(int offset) {
        return 0;
    }

    @Override
    public void write(int offset, ByteBuffer source) {
        device.kick(offset / FunctionLayout.NOTIFY_MULTIPLIER);
    }
}
