// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.virtio.iommu.IommuFeatures;

/**
 * How a device talks with its driver.
 *
 * @param dialect the wire format
 * @param compatibility whose behaviour it shows
 * @param legacyBypass whether the superseded BYPASS is offered, in place of BYPASS_CONFIG
 * @param domainEnd last domain ID (inclusive), unsigned, one less than a power of two
 */
record Protocol(Dialect dialect, Compatibility compatibility, boolean legacyBypass, int domainEnd) {
    /** What the standard asks for, with all domain IDs. */
    static final Protocol STANDARD = new Protocol(Dialect.STANDARD, Compatibility.STRICT, false, -1);

    /** Features of the device type to offer. A device should not offer both kinds of bypass (virtio 1.4, 5.13.3.2). */
    long features() {
        return legacyBypass
                ? dialect.features() & ~IommuFeatures.BYPASS_CONFIG | IommuFeatures.BYPASS
                : dialect.features();
    }
}
