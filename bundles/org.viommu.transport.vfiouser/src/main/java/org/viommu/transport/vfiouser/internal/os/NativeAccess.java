// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import java.lang.foreign.MemorySegment;

/** Whether this bundle may call the operating system. */
public final class NativeAccess {
    private NativeAccess() {}

    /**
     * Asks the virtual machine for native access.
     *
     * @throws IllegalStateException if the operating system is not Linux, or if access to it is denied; the message
     *     names the flag that allows it
     */
    @SuppressWarnings("restricted")
    public static void require() {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            throw new IllegalStateException("the vfio-user server needs Linux, which " + system + " is not");
        }
        try {
            MemorySegment.NULL.reinterpret(0);
        } catch (IllegalCallerException e) {
            throw new IllegalStateException(
                    "the vfio-user server calls the operating system: start java with"
                            + " --enable-native-access=ALL-UNNAMED",
                    e);
        }
    }
}
