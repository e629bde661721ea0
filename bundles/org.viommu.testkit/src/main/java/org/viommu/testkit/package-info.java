// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/** The tests that every mapping store and every topology source must pass, for their authors to extend. */
@Export
@Version("1.1.0")
package org.viommu.testkit;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
