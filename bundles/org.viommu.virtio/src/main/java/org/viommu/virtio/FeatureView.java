// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

/**
 * A feature as an operator sees it.
 *
 * @param bit 0 to 63
 * @param name of the standard without its prefix, for example {@code EVENT_IDX}; empty for one that nobody knows
 * @param offered whether the device offers it
 * @param chosen whether the driver has written it
 * @param accepted whether both have agreed on it
 */
public record FeatureView(int bit, String name, boolean offered, boolean chosen, boolean accepted) {}
