// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

/**
 * A mapping store that is there.
 *
 * @param store its name
 * @param ranking the highest is preferred
 * @param bundle that offers it
 * @param devices that keep their mappings in it
 */
public record Store(String store, int ranking, String bundle, String devices) {}
