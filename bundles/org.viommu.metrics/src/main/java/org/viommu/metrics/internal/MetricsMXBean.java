// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import java.util.Map;

/** All metrics as JMX shows them. */
public interface MetricsMXBean {
    /**
     * The present values.
     *
     * @return by name and labels, written as for Prometheus: {@code viommu_domains{device="vm1/iommu0"}}
     */
    Map<String, Double> getValues();
}
