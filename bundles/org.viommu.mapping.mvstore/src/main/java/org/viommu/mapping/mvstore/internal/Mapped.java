// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.mvstore.internal;

/**
 * What is kept of a mapping beside its start.
 *
 * @param end last I/O virtual address (inclusive), unsigned
 * @param physical guest-physical address of the start, unsigned
 * @param flags of the mapping
 */
record Mapped(long end, long physical, int flags) {}
