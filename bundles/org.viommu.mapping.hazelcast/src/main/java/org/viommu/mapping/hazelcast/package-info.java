// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * A shared mapping store: devices are kept in the memory of several hosts, so that another host can take one over.
 */
@Export
@Version("1.0.0")
package org.viommu.mapping.hazelcast;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
