// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.guest.GuestDisk;

/** Sets the platform's side of a guest up. */
public interface PlatformFactory {
    /**
     * Begins to serve a guest.
     *
     * @param folder where sockets and files go
     * @param disk what is behind the block endpoint
     * @param keys of the devices
     * @param devicetree what QEMU says of the machine; empty if that has ACPI tables
     * @throws CannotRun if the platform refuses
     */
    Platform open(Path folder, GuestDisk disk, DeviceKeys keys, Optional<byte[]> devicetree)
            throws CannotRun, IOException;
}
