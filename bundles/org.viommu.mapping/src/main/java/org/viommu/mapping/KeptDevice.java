// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

import java.util.Map;

/**
 * A recorded device as its last owner left it, without the mappings.
 *
 * @param fingerprint configuration on which mappings depend, for example the granule, as {@code key=value} separated by spaces; a device that is configured
 *     otherwise cannot continue
 * @param bypass the global bypass
 * @param domains domain IDs, unsigned, and whether each is a bypass domain
 * @param attachments endpoint IDs and the domain ID of each, unsigned
 */
public record KeptDevice(
        String fingerprint, boolean bypass, Map<Integer, Boolean> domains, Map<Integer, Integer> attachments) {
    /** Copies the maps. */
    public KeptDevice {
        domains = Map.copyOf(domains);
        attachments = Map.copyOf(attachments);
    }
}
