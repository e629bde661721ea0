// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.List;
import org.viommu.topology.Problem;

/**
 * A devicetree.
 *
 * @param root the root node
 * @param reservations memory that the guest must leave alone
 * @param bootCpu the processor that boots
 * @param problems what the reader of its blob noticed
 */
record DeviceTree(DeviceNode root, List<Reservation> reservations, int bootCpu, List<Problem> problems) {
    /**
     * An entry of the memory reservation block.
     *
     * @param address guest-physical, unsigned
     * @param size in bytes, unsigned
     */
    record Reservation(long address, long size) {}
}
