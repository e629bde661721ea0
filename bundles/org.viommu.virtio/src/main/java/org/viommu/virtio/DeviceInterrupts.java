// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import org.osgi.annotation.versioning.ConsumerType;

/** How a transport tells its driver about events. Called from any thread; must neither block nor throw. */
@ConsumerType
public interface DeviceInterrupts {
    /** Delivers nothing. */
    DeviceInterrupts NONE = new DeviceInterrupts() {
        @Override
        public void queue(int queue) {}

        @Override
        public void config() {}
    };

    /**
     * A used buffer notification is due.
     *
     * @param queue index of the queue
     */
    void queue(int queue);

    /** A configuration change notification is due; also when the device needs a reset (virtio 1.4, 2.1.2). */
    void config();
}
