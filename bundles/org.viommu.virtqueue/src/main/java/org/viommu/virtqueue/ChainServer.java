// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import org.osgi.annotation.versioning.ConsumerType;

/** What a device does with a chain, for {@link DeviceQueue#serve}. */
@ConsumerType
@FunctionalInterface
public interface ChainServer {

    /**
     * Serves a chain.
     *
     * @param chain that the queue has popped and is going to push; not to be kept, the next one is in the same object
     * @return bytes written from the start of its device-writable part, unsigned; 0 if the device did not write
     */
    int serve(Chain chain);
}
