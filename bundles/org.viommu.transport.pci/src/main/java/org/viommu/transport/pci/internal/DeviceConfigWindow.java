// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;
import org.viommu.virtio.VirtioDevice;

/** The device-specific configuration space (virtio 1.4, 4.1.4.6). */
final class DeviceConfigWindow implements RegisterWindow {
    private final VirtioDevice device;

    DeviceConfigWindow(VirtioDevice device) {
        this.device = device;
    }

    @Override
    public int read(int offset) {
        return device.readConfig(offset);
    }

    @Override
    public void write(int offset, ByteBuffer source) {
        for (int at = offset; source.hasRemaining(); at++) {
            device.writeConfig(at, Byte.toUnsignedInt(source.get()));
        }
    }
}
