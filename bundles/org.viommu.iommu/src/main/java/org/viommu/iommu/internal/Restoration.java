// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.List;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * Brings the domains of a saved device back, by the same rules by which a driver would make them. Called by the writer
 * while there is no driver; what cannot be brought back whole is not brought back at all.
 */
final class Restoration {
    /** Mappings after which whoever writes changes down may catch up. */
    private static final int BATCH = 256;

    private final IommuSettings settings;
    private final AddressSpaces spaces;
    private final Endpoints endpoints;

    Restoration(IommuSettings settings, AddressSpaces spaces, Endpoints endpoints) {
        this.settings = settings;
        this.spaces = spaces;
        this.endpoints = endpoints;
    }

    /**
     * Refuses what was saved by a device with another configuration; nothing is changed.
     *
     * @throws IllegalArgumentException naming all that differs
     */
    void check(SavedDevice saved) {
        List<String> differences =
                saved.fingerprint().differences(Fingerprint.of(settings, endpoints, saved.attached()));
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException("the state does not fit IOMMU %s: %s"
                    .formatted(settings.qualifiedName(), String.join("; ", differences)));
        }
    }

    /**
     * Brings back what has been {@linkplain #check checked}.
     *
     * @throws IllegalArgumentException naming the first endpoint or mapping that cannot be; there are no domains then
     */
    void restore(SavedDevice saved) {
        spaces.reset();
        try {
            saved.domains().forEach(this::restore);
        } catch (IllegalArgumentException e) {
            spaces.reset();
            throw e;
        }
    }

    private void restore(SavedDomain domain) {
        for (int endpoint : domain.endpoints()) {
            if (endpoints.domain(endpoint) != null) {
                throw refused(domain, "endpoint 0x%x is in another domain too".formatted(endpoint));
            }
            RequestStatus status = spaces.attach(domain.id(), endpoint, domain.bypass());
            if (status != RequestStatus.OK) {
                throw refused(domain, "endpoint 0x%x cannot be attached: %s".formatted(endpoint, status));
            }
        }
        long[] fields = domain.mappings();
        for (int i = 0; i < fields.length; i += SavedDomain.FIELDS) {
            RequestStatus status =
                    spaces.map(domain.id(), fields[i], fields[i + 1], fields[i + 2], (int) fields[i + 3]);
            if (status != RequestStatus.OK) {
                throw refused(domain, "0x%x-0x%x cannot be mapped: %s".formatted(fields[i], fields[i + 1], status));
            }
            if (i % (BATCH * SavedDomain.FIELDS) == 0) {
                spaces.throttle();
            }
        }
    }

    private IllegalArgumentException refused(SavedDomain domain, String why) {
        return new IllegalArgumentException("the state does not fit IOMMU %s: domain %s: %s"
                .formatted(settings.qualifiedName(), Integer.toUnsignedString(domain.id()), why));
    }
}
