// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.viommu.configuration.SettingException;
import org.viommu.topology.PciAddress;

/**
 * One PCI function as the configuration asks for it.
 *
 * @param name name of the device within the machine
 * @param address where the guest sees it
 * @param socket path of the socket on which it is offered
 */
record FunctionSpec(String name, PciAddress address, String socket) {

    /**
     * Reads all entries of the key {@code functions}.
     *
     * @param entries each {@code NAME=ADDRESS=SOCKET}
     * @return the functions in the same order
     * @throws IllegalArgumentException naming the PID, the key, the entry and what is wrong with it
     */
    static List<FunctionSpec> parseAll(String... entries) {
        List<FunctionSpec> specs = new ArrayList<>();
        Set<Object> taken = new HashSet<>();
        for (String entry : entries) {
            FunctionSpec spec = parse(entry);
            for (Object unique : List.of(spec.name, spec.address, spec.socket)) {
                if (!taken.add(unique)) {
                    throw refused(entry, unique + " is used by another function");
                }
            }
            specs.add(spec);
        }
        return List.copyOf(specs);
    }

    private static FunctionSpec parse(String entry) {
        String[] parts = entry.split("=", 3);
        if (parts.length < 3 || parts[0].isBlank() || parts[2].isBlank()) {
            throw refused(entry, "write NAME=ADDRESS=SOCKET, for example disk0=00:02.0=/run/vm1/disk0.sock");
        }
        try {
            return new FunctionSpec(parts[0].strip(), PciAddress.parse(parts[1].strip()), parts[2].strip());
        } catch (IllegalArgumentException e) {
            throw refused(entry, e.getMessage());
        }
    }

    private static SettingException refused(String entry, String why) {
        return new SettingException(MachineConfiguration.PID, "functions", entry, why);
    }
}
