// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine;

import java.util.Optional;
import org.viommu.topology.PciAddress;

/**
 * How one function of a machine is.
 *
 * @param name name of the device
 * @param address where the guest sees the function
 * @param socket path of the socket on which it is to be offered
 * @param missing what keeps it from being offered, or empty if it is offered
 */
public record FunctionStatus(String name, PciAddress address, String socket, Optional<String> missing) {
    /** One line, for example {@code disk0 at 0000:00:02.0: no topology source describes the machine}. */
    @Override
    public String toString() {
        return name + " at " + address + ": " + missing.orElse("offered on " + socket);
    }
}
