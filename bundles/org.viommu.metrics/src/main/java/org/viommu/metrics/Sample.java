// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A value.
 *
 * @param labels name to value, in order
 * @param value in the unit that the metric's name ends with
 */
public record Sample(Map<String, String> labels, double value) {
    /** Copies the map, in its order. */
    public Sample {
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }
}
