// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The metrics of all IOMMUs and machines, registered as a service. Thread-safe. Reading neither stops nor slows
 * requests and DMA, which count whether somebody reads or not.
 */
@ProviderType
public interface Metrics {
    /**
     * The metrics at this moment. What has a label {@code device} is about the device of that {@code MACHINE/NAME}.
     *
     * @return those that have a sample, in the order of their names
     */
    List<Metric> snapshot();
}
