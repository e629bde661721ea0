// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

/**
 * A way in which a device does not do what the oracle says, and the first example of it.
 *
 * @param kind of operation
 * @param expected what the oracle says
 * @param seen what the device did
 * @param count how often
 * @param step number of the first operation, from 0 on
 * @param example the first operation
 */
public record Difference(String kind, String expected, String seen, long count, long step, String example) {
    Difference again() {
        return new Difference(kind, expected, seen, count + 1, step, example);
    }

    @Override
    public String toString() {
        return "%,d x %s: %s, not %s; first at step %,d: %s".formatted(count, kind, seen, expected, step, example);
    }
}
