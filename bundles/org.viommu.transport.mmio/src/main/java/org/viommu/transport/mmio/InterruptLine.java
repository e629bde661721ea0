// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio;

import org.osgi.annotation.versioning.ConsumerType;

/** The one interrupt line of a device, a level. Called from any thread; must neither block nor throw. */
@ConsumerType
@FunctionalInterface
public interface InterruptLine {
    /** Leads nowhere. */
    InterruptLine NONE = asserted -> {};

    /**
     * Sets the level; called only when it changes, and when the line is connected while it is asserted.
     *
     * @param asserted whether the device asks for service
     */
    void level(boolean asserted);
}
