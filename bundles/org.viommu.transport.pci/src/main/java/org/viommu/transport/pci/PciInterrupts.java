// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import org.osgi.annotation.versioning.ConsumerType;

/** The host's side of a function's interrupts. Called from any thread; must neither block nor throw. */
@ConsumerType
public interface PciInterrupts {
    /** Delivers nothing. */
    PciInterrupts NONE = new PciInterrupts() {
        @Override
        public void msix(int vector) {}

        @Override
        public void intx(boolean asserted) {}
    };

    /**
     * Sends an MSI-X message.
     *
     * @param vector 0 to {@link PciFunction#msixVectors()} - 1
     */
    void msix(int vector);

    /**
     * Sets the level of the INTx pin; called only while MSI-X is disabled.
     *
     * @param asserted whether the function asks for service
     */
    void intx(boolean asserted);
}
