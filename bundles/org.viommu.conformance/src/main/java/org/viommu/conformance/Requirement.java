// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

/**
 * One thing that a device is asked to do.
 *
 * @param id short and stable, for example {@code D35}
 * @param level how binding it is
 * @param section of virtio 1.4 that it is from
 * @param text what is asked, in one sentence
 */
public record Requirement(String id, Level level, String section, String text) {}
