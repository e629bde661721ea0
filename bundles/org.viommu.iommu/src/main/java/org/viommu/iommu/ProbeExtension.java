// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Adds properties of its own to the answers to PROBE, for experiments with types that the standard does not have (virtio
 * 1.4, 5.13.6.8). Registered as a service with the properties {@link IommuStatus#MACHINE} and {@link IommuStatus#NAME}
 * of the device that it is for.
 *
 * <p>Thread-safe; asked by the device's thread at each PROBE, so it must answer at once.
 */
@ConsumerType
public interface ProbeExtension {
    /**
     * What to tell of an endpoint. Properties follow those of the device; one that does not fit into the answer any more
     * is left out.
     *
     * @param endpoint endpoint ID, unsigned 32-bit; it exists
     * @return properties; none to tell nothing
     */
    List<Property> properties(int endpoint);

    /**
     * A property.
     *
     * @param type 2 to 4095: the types below are the device's own
     * @param value what follows the property's head, at most 65535 bytes; not changed any more
     */
    record Property(int type, byte... value) {
        private static final int FIRST_TYPE = 2;
        private static final int LAST_TYPE = 0xfff;

        /**
         * Checks the limits.
         *
         * @throws IllegalArgumentException if the type or the length is outside of them
         */
        public Property {
            if (type < FIRST_TYPE || type > LAST_TYPE || value.length > 0xffff) {
                throw new IllegalArgumentException(
                        "property of type %d with %d bytes: allowed are types %d to %d and 65535 bytes"
                                .formatted(type, value.length, FIRST_TYPE, LAST_TYPE));
            }
        }
    }
}
