// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Where the trace of IOMMUs can go besides the console: Java Flight Recorder, and the log. Nothing to call; both are
 * turned on from outside.
 */
@Export
@Version("1.0.0")
package org.viommu.trace;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
