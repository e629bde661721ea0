// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import com.google.gson.JsonObject;
import java.io.IOException;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.guest.GuestDisk;

/** A disk that comes and goes while the guest runs. */
public interface HotPlug {
    /** Its PCI address as Linux writes it. */
    String address();

    /** What is on it. */
    GuestDisk disk();

    /** Makes the topology, the endpoint and the function, without waiting. */
    void plug() throws CannotRun, IOException;

    /** Whether QEMU can connect to the function. */
    boolean isServed();

    /** The arguments of QMP's {@code device_add}. */
    JsonObject device();

    /** Takes the function, the endpoint and the topology back, without waiting. */
    void unplug() throws IOException;

    /** Whether the IOMMU knows nothing of the endpoint any more. */
    boolean isForgotten();
}
