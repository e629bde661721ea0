// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.trace;

import java.time.Instant;

/**
 * An event of a device. Those of one thread of the device come in the order in which they happened.
 *
 * @param device the device's {@code MACHINE/NAME}
 * @param time when it happened
 * @param event what happened
 */
public record TraceRecord(String device, Instant time, TraceEvent event) {}
