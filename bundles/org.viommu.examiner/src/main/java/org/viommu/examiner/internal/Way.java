// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.examiner.internal;

/** How a driver reaches the device. */
public enum Way {
    /** Its rings alone: registers are method calls. */
    RING,
    /** Memory-mapped registers (virtio 1.4, 4.2). */
    MMIO,
    /** A PCI function (virtio 1.4, 4.1). */
    PCI
}
