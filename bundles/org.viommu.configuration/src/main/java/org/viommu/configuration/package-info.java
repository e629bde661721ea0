// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Configurations as components get them, read strictly: a key that does not exist, a value that is none and a key that is missing are refused in one line that
 * names PID, key, value and what is allowed.
 */
@Export
@Version("1.0.0")
package org.viommu.configuration;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
