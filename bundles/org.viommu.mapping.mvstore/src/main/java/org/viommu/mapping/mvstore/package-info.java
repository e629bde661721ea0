// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * A durable mapping store: devices are kept in a file, so that a platform that is killed and started again serves the same domains and mappings.
 */
@Export
@Version("1.0.0")
package org.viommu.mapping.mvstore;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
