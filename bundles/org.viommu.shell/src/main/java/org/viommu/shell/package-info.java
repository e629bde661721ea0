// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Commands for operators, in the scope {@code viommu} of Felix Gogo and Karaf, and the command {@code viommu shell}, which
 * reaches the console of a running platform.
 */
@Export
@Version("1.0.0")
package org.viommu.shell;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
