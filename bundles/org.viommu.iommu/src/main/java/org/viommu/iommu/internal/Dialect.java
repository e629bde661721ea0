// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.nio.ByteBuffer;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.V09ConfigLayout;
import org.viommu.virtio.iommu.V09MapFlags;

/**
 * The wire format that a device speaks. Nothing on the wire tells dialects apart, so each device has one, by its
 * configuration.
 */
enum Dialect {
    /** Virtio 1.4, 5.13; unchanged since version 0.12 of the proposal. */
    STANDARD("standard") {
        @Override
        long features() {
            return COMMON_FEATURES | IommuFeatures.MMIO | IommuFeatures.BYPASS_CONFIG;
        }

        @Override
        int configSize() {
            return IommuConfigLayout.SIZE;
        }

        @Override
        void describe(ByteBuffer config, int domainEnd, int probeSize) {
            config.putInt(IommuConfigLayout.DOMAIN_RANGE_START, 0);
            config.putInt(IommuConfigLayout.DOMAIN_RANGE_END, domainEnd);
            config.putInt(IommuConfigLayout.PROBE_SIZE, probeSize);
        }

        @Override
        int mapFlags(int wire, boolean mmio) {
            int known = mmio ? MapFlags.ALL : MapFlags.ALL & ~MapFlags.MMIO;
            return (wire & ~known) == 0 ? wire : UNKNOWN_FLAG;
        }

        @Override
        RequestStatus status(RequestStatus status) {
            return status;
        }
    },

    /** Version 0.9 of the proposal, of January 2019, with which the first Linux drivers were written. */
    V0_9("v0.9") {
        @Override
        long features() {
            return COMMON_FEATURES;
        }

        @Override
        int configSize() {
            return V09ConfigLayout.SIZE;
        }

        @Override
        void describe(ByteBuffer config, int domainEnd, int probeSize) {
            config.put(V09ConfigLayout.DOMAIN_BITS, (byte) (Integer.SIZE - Integer.numberOfLeadingZeros(domainEnd)));
            config.putInt(V09ConfigLayout.PROBE_SIZE, probeSize);
        }

        /** No endpoint fetches instructions, so EXEC grants nothing; MMIO needs no feature. */
        @Override
        int mapFlags(int wire, boolean mmio) {
            if ((wire & ~V09MapFlags.ALL) != 0) {
                return UNKNOWN_FLAG;
            }
            return wire & (MapFlags.READ | MapFlags.WRITE) | ((wire & V09MapFlags.MMIO) != 0 ? MapFlags.MMIO : 0);
        }

        @Override
        RequestStatus status(RequestStatus status) {
            return status == RequestStatus.NOMEM ? RequestStatus.DEVERR : status;
        }
    };

    /** What {@link #mapFlags} returns for flags that do not exist. */
    static final int UNKNOWN_FLAG = -1;

    private static final long COMMON_FEATURES =
            IommuFeatures.INPUT_RANGE | IommuFeatures.DOMAIN_RANGE | IommuFeatures.MAP_UNMAP | IommuFeatures.PROBE;

    private final String key;

    Dialect(String key) {
        this.key = key;
    }

    /** Its name in configurations. */
    String key() {
        return key;
    }

    /** The features of the device type that it has, without the superseded BYPASS. */
    abstract long features();

    /** Size of the configuration space. */
    abstract int configSize();

    /** Writes the fields of the configuration space behind the input range. */
    abstract void describe(ByteBuffer config, int domainEnd, int probeSize);

    /**
     * Reads the flags of a MAP request.
     *
     * @param wire as the driver has sent them
     * @param mmio whether the flag MMIO is negotiated, where that needs a feature
     * @return bits of {@link MapFlags}, or {@link #UNKNOWN_FLAG}
     */
    abstract int mapFlags(int wire, boolean mmio);

    /** The status to send: one that exists. */
    abstract RequestStatus status(RequestStatus status);
}
