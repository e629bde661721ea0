// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

/**
 * What a guest may use up before it is told that there is no more.
 *
 * @param domains that may exist at the same time
 * @param endpoints that may be attached at the same time
 * @param mappings that a domain may hold
 */
record Quotas(int domains, int endpoints, int mappings) {}
