// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

/**
 * Why a device needs a reset.
 *
 * @param queue index of the queue that the device's thread had to do with last; -1 for none
 * @param reason for people
 */
record Breakdown(int queue, String reason) {
    static final Breakdown NONE = new Breakdown(-1, "");

    String of(int index) {
        return index == queue ? reason : "";
    }
}
