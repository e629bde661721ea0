// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

/**
 * What a check has found.
 *
 * @param requirement that was examined
 * @param verdict what became of it
 * @param seen what the device did, in a few words
 */
public record Result(Requirement requirement, Verdict verdict, String seen) {}
