// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.qemu;

/**
 * What a QEMU can do.
 *
 * @param version as it says
 * @param exitsWithParent whether it can be told to end when this process does, even if that is killed (since 10.2)
 */
public record QemuFeatures(String version, boolean exitsWithParent) {}
