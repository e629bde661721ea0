// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * The virtio device model (virtio 1.4, chapters 2 and 3): the status machine, feature negotiation, configuration space
 * and queues that every transport shows to a driver, and the contract of device types that are put behind them.
 */
@Export
@Version("1.1.0")
package org.viommu.virtio;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
