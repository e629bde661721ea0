// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What is around a device that {@link RingPort} drives: its endpoints and its machine. The methods mean what those of
 * the same name in {@link DevicePort} do.
 */
@ConsumerType
public interface Board {
    /**
     * What is examined.
     *
     * @return for the heading of a report
     */
    String name();

    /**
     * The endpoints behind the device.
     *
     * @return their IDs, unsigned; at least one
     */
    List<Integer> endpoints();

    /**
     * An endpoint that does not exist.
     *
     * @return its ID, unsigned
     */
    int absentEndpoint();

    /**
     * The endpoints that can be made access memory.
     *
     * @return some of {@link #endpoints()}; none if that is not possible here
     */
    List<Integer> dmaEndpoints();

    /**
     * Has an endpoint read memory.
     *
     * @param endpoint one of {@link #dmaEndpoints()}
     * @param address first I/O virtual address, unsigned
     * @param target receives what was read
     * @return whether the access was let through
     */
    boolean read(int endpoint, long address, byte[] target);

    /**
     * Has an endpoint write memory.
     *
     * @param endpoint one of {@link #dmaEndpoints()}
     * @param address first I/O virtual address, unsigned
     * @param source what to write
     * @return whether the access was let through
     */
    boolean write(int endpoint, long address, byte... source);

    /**
     * Resets the machine around the device.
     *
     * @return false if that is not possible here
     */
    boolean systemReset();
}
