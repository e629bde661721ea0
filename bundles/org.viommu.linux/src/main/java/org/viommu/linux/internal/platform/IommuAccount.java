// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

/**
 * What the IOMMU says of its work so far.
 *
 * @param requests how many requests it answered, in words by type, for people
 * @param failed how many of them it did not answer with OK
 * @param accesses how many accesses of endpoints it decided on
 * @param refused how many of them it refused
 */
public record IommuAccount(String requests, long failed, long accesses, long refused) {}
