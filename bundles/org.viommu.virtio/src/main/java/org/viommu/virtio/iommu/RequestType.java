// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/** Types of requests, the first byte of each (virtio 1.4, 5.13.6). */
public enum RequestType {
    /** Puts an endpoint into a domain, see {@link AttachLayout}. */
    ATTACH(1),
    /** Takes an endpoint out of its domain, see {@link DetachLayout}. */
    DETACH(2),
    /** Adds a mapping to a domain, see {@link MapLayout}. */
    MAP(3),
    /** Removes mappings from a domain, see {@link UnmapLayout}. */
    UNMAP(4),
    /** Asks for the properties of an endpoint, see {@link ProbeLayout}. */
    PROBE(5);

    private static final RequestType[] TYPES = values();

    private final int value;

    RequestType(int value) {
        this.value = value;
    }

    /**
     * The type's value on the wire.
     *
     * @return 1 to 5
     */
    public int value() {
        return value;
    }

    /**
     * Finds a type. Allocates nothing.
     *
     * @param value as read from the wire
     * @return the type, or null if the standard has none with this value
     */
    public static RequestType of(int value) {
        return value >= ATTACH.value && value <= PROBE.value ? TYPES[value - ATTACH.value] : null;
    }
}
