// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.architecture;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** The floors of the house and who lives there; see docs/architecture.md. Imports point down, never sideways. */
enum Floor {
    MEMORY("memory|configuration"),
    RINGS("virtqueue"),
    CONTRACTS("virtio|mapping|topology|dma"),
    PARTS("iommu|driver|endpoint[.]\\w+|mapping[.]\\w+|topology[.]\\w+|transport[.](pci|mmio)"),
    HOSTS("transport[.]vfiouser|machine"),
    SURFACES("shell|metrics|health|trace|demo|linux|examiner|explain"),
    /** For those who test their own parts: nothing that runs in production imports it. */
    TESTING("testkit"),
    /** For those who test their own devices, and for the surfaces that show people what the tests find. */
    SUITES("conformance");

    private final Pattern residents;

    Floor(String residents) {
        this.residents = Pattern.compile("org[.]viommu[.](" + residents + ")");
    }

    /** The floor of the bundle with that symbolic name, empty if the table does not know it. */
    static Optional<Floor> of(String bundle) {
        return Arrays.stream(values())
                .filter(floor -> floor.residents.matcher(bundle).matches())
                .findFirst();
    }

    /** Whether a bundle of this floor may import from a bundle of the other floor. */
    boolean mayImport(Floor other) {
        return switch (this) {
            case TESTING, SUITES -> other.compareTo(CONTRACTS) <= 0;
            case SURFACES -> other == SUITES || other.compareTo(this) < 0;
            default -> other.compareTo(this) < 0;
        };
    }
}
