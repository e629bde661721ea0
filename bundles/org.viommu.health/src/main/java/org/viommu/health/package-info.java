// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Health checks of Apache Felix: whether stores, functions and topology are as they should be. Nothing to call; the
 * checks are services that an executor finds by their tags.
 */
@Export
@Version("1.0.0")
package org.viommu.health;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
