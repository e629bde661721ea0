// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.time.Duration;

/**
 * When the device is told that a mapping has gone. Until it is told, it may still use the mapping.
 *
 * @param pending how many mappings may wait, 0 to tell the device at once
 * @param delay how long the first of them may wait
 */
public record FlushPolicy(int pending, Duration delay) {
    /** Closing a mapping returns only when the device cannot use it any more. */
    public static final FlushPolicy STRICT = new FlushPolicy(0, Duration.ZERO);

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public FlushPolicy {
        if (pending < 0 || delay.isNegative()) {
            throw new IllegalArgumentException("%d mappings for %s".formatted(pending, delay));
        }
    }

    /**
     * Lets mappings that have been closed wait for others, so that the device is told of all of them by one kick. It
     * can use them for so long, so this is for devices that are trusted that far.
     *
     * @param pending how many may wait, at least 1
     * @param delay how long the first of them may wait
     * @return the policy
     */
    public static FlushPolicy deferred(int pending, Duration delay) {
        if (pending < 1) {
            throw new IllegalArgumentException(pending + " mappings can wait: at least 1 has to");
        }
        return new FlushPolicy(pending, delay);
    }
}
