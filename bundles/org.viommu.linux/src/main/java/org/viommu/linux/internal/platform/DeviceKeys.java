// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What is configured for the devices of a machine alike.
 *
 * @param packed whether they offer packed virtqueues
 * @param pollMaxNanos how long they may watch their queues before they sleep; empty for their default
 */
public record DeviceKeys(boolean packed, OptionalInt pollMaxNanos) {
    private static final String PACKED = "packed";
    private static final String POLLING = "poll-max-ns";

    /** Adds the keys to those of a device of which nobody waits for each answer. */
    Map<String, Object> and(Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.put(PACKED, packed);
        return all;
    }

    /** Adds the keys to those of a device that can poll. */
    Map<String, Object> andPolling(Map<String, Object> values) {
        Map<String, Object> all = and(values);
        pollMaxNanos.ifPresent(nanos -> all.put(POLLING, nanos));
        return all;
    }
}
