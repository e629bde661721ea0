// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Devices that an IOMMU translates for, and the endpoint IDs by which it knows them.
 */
@ProviderType
public sealed interface EndpointNode {
    /**
     * The IOMMU in front of these endpoints.
     *
     * @return an IOMMU of the same topology
     */
    IommuNode iommu();

    /**
     * What is reserved in the address space of each of these endpoints.
     *
     * @return an unmodifiable list
     */
    List<ReservedRegion> reserved();

    /**
     * PCI functions: those whose segment lies between the segments, and whose BDF lies between the BDFs, of two addresses. Their endpoint IDs ascend from
     * {@code firstEndpoint} by 1 with each BDF and by 0x10000 with each segment.
     *
     * @param first lowest segment and lowest BDF
     * @param last highest segment and highest BDF, inclusive
     * @param firstEndpoint endpoint ID of the first function, unsigned 32-bit
     * @param iommu the IOMMU in front of them
     * @param reserved what is reserved in the address space of each
     */
    record PciRange(
            PciAddress first, PciAddress last, int firstEndpoint, IommuNode iommu, List<ReservedRegion> reserved)
            implements EndpointNode {
        /**
         * Checks the order.
         *
         * @throws IllegalArgumentException if the last segment or BDF is below the first
         */
        public PciRange {
            if (last.segment() < first.segment() || last.bdf() < first.bdf()) {
                throw new IllegalArgumentException("PCI range " + first + " to " + last + " is reversed");
            }
            reserved = List.copyOf(reserved);
        }

        /**
         * One function with nothing reserved.
         *
         * @param function where it sits
         * @param endpoint its endpoint ID, unsigned 32-bit
         * @param iommu the IOMMU in front of it
         */
        public PciRange(PciAddress function, int endpoint, IommuNode iommu) {
            this(function, function, endpoint, iommu, List.of());
        }

        /**
         * Whether a function belongs to the range.
         *
         * @param function where it sits
         * @return true if it does
         */
        public boolean contains(PciAddress function) {
            return function.segment() >= first.segment()
                    && function.segment() <= last.segment()
                    && function.bdf() >= first.bdf()
                    && function.bdf() <= last.bdf();
        }

        /**
         * The endpoint ID of a function. Wraps around at 2^32, as it does in the guest; {@link Topology#problems()} reports such a range.
         *
         * @param function one that the range {@linkplain #contains contains}
         * @return its endpoint ID, unsigned 32-bit
         */
        public int endpoint(PciAddress function) {
            return firstEndpoint + (function.segment() - first.segment() << 16) + (function.bdf() - first.bdf());
        }

        /**
         * The endpoint ID of the last function.
         *
         * @return the ID, unsigned 32-bit, below {@link #firstEndpoint()} if the range overflows
         */
        public int lastEndpoint() {
            return endpoint(last);
        }

        /** For example {@code PCI 0000:10:00.0 to 0000:10:1f.7, endpoints 0x1000 to 0x10ff}. */
        @Override
        public String toString() {
            return first.equals(last)
                    ? "PCI " + first + ", endpoint 0x" + Integer.toHexString(firstEndpoint)
                    : "PCI " + first + " to " + last + ", endpoints 0x" + Integer.toHexString(firstEndpoint) + " to 0x"
                            + Integer.toHexString(lastEndpoint());
        }
    }

    /**
     * A platform device.
     *
     * @param base guest-physical address of its first memory resource, unsigned
     * @param endpoint its endpoint ID, unsigned 32-bit
     * @param iommu the IOMMU in front of it
     * @param reserved what is reserved in its address space
     */
    record Platform(long base, int endpoint, IommuNode iommu, List<ReservedRegion> reserved) implements EndpointNode {
        /** Copies the list. */
        public Platform {
            reserved = List.copyOf(reserved);
        }

        /** For example {@code MMIO 0x1c000000, endpoint 0x10000}. */
        @Override
        public String toString() {
            return "MMIO 0x" + Long.toHexString(base) + ", endpoint 0x" + Integer.toHexString(endpoint);
        }
    }
}
