// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import org.osgi.annotation.versioning.ConsumerType;
import org.viommu.virtqueue.RingFault;

/**
 * A device at work, from DRIVER_OK to reset. All methods are called by the device's own thread, one after the other.
 */
@ConsumerType
public interface DeviceSession extends AutoCloseable {
    /**
     * Serves a queue until it is empty: after a kick, after {@link DeviceActivation#wake}, and once for each queue at
     * the start. Spurious calls happen.
     *
     * @param queue index of the queue
     * @throws RingFault if the ring breaks the rules; the device is marked NEEDS_RESET and the session is not served
     *     any more
     */
    void serve(int queue) throws RingFault;

    /**
     * The driver has taken back one queue and all that was in it, while the others go on (virtio 1.4, 2.6.1). A session
     * that keeps chains of the queue beyond {@link #serve} forgets them now: their memory is the driver's again.
     * Nothing has to be done with the queue itself, which is served again once the driver has enabled it again.
     *
     * @param queue index of the queue
     */
    default void queueReset(int queue) {}

    /** Ends the session at reset: closes what was opened from the activation. No buffer is used after it returned. */
    @Override
    void close();
}
