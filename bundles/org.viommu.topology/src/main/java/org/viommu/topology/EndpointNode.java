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
     * <p>With a mask other than {@link #ALL_BITS} it is the masked BDF that counts in both places: functions that differ in a masked bit only are one endpoint.
     *
     * @param first lowest segment and lowest BDF
     * @param last highest segment and highest BDF, inclusive
     * @param mask which bits of a BDF count, 0 to 0xffff
     * @param firstEndpoint endpoint ID of the first function, unsigned 32-bit
     * @param iommu the IOMMU in front of them
     * @param reserved what is reserved in the address space of each
     */
    record PciRange(
            PciAddress first,
            PciAddress last,
            int mask,
            int firstEndpoint,
            IommuNode iommu,
            List<ReservedRegion> reserved)
            implements EndpointNode {
        /** The mask by which every bit of a BDF counts. */
        public static final int ALL_BITS = 0xffff;

        /**
         * Checks the order.
         *
         * @throws IllegalArgumentException if the last segment or BDF is below the first, or the first BDF or the mask has bits outside of the mask
         */
        public PciRange {
            if (last.segment() < first.segment() || last.bdf() < first.bdf()) {
                throw new IllegalArgumentException("PCI range " + first + " to " + last + " is reversed");
            }
            if ((mask & ~ALL_BITS) != 0 || (first.bdf() & ~mask) != 0) {
                throw new IllegalArgumentException(
                        "PCI range from " + first + " does not fit mask 0x" + Integer.toHexString(mask));
            }
            reserved = List.copyOf(reserved);
        }

        /**
         * A range in which every bit counts.
         *
         * @param first lowest segment and lowest BDF
         * @param last highest segment and highest BDF, inclusive
         * @param firstEndpoint endpoint ID of the first function, unsigned 32-bit
         * @param iommu the IOMMU in front of them
         * @param reserved what is reserved in the address space of each
         */
        public PciRange(
                PciAddress first, PciAddress last, int firstEndpoint, IommuNode iommu, List<ReservedRegion> reserved) {
            this(first, last, ALL_BITS, firstEndpoint, iommu, reserved);
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
            int bdf = function.bdf() & mask;
            return function.segment() >= first.segment()
                    && function.segment() <= last.segment()
                    && bdf >= first.bdf()
                    && bdf <= last.bdf();
        }

        /**
         * The endpoint ID of a function. Wraps around at 2^32, as it does in the guest; {@link Topology#problems()} reports such a range.
         *
         * @param function one that the range {@linkplain #contains contains}
         * @return its endpoint ID, unsigned 32-bit
         */
        public int endpoint(PciAddress function) {
            return endpoint(function.segment(), function.bdf() & mask);
        }

        /**
         * The endpoint ID of the last function.
         *
         * @return the ID, unsigned 32-bit, below {@link #firstEndpoint()} if the range overflows
         */
        public int lastEndpoint() {
            return endpoint(last.segment(), last.bdf());
        }

        /** The endpoint ID of a function by its segment and its masked BDF. */
        int endpoint(int segment, int bdf) {
            return firstEndpoint + (segment - first.segment() << 16) + (bdf - first.bdf());
        }

        /** For example {@code PCI 0000:10:00.0 to 0000:10:1f.7, endpoints 0x1000 to 0x10ff}. */
        @Override
        public String toString() {
            String masked = mask == ALL_BITS ? "" : " with mask 0x" + Integer.toHexString(mask);
            return first.equals(last)
                    ? "PCI " + first + masked + ", endpoint 0x" + Integer.toHexString(firstEndpoint)
                    : "PCI " + first + " to " + last + masked + ", endpoints 0x" + Integer.toHexString(firstEndpoint)
                            + " to 0x" + Integer.toHexString(lastEndpoint());
        }
    }

    /**
     * One of the interfaces by which a platform device reaches memory; most devices have one only.
     *
     * @param base guest-physical address of the device's first memory resource, unsigned
     * @param master which interface, from 0
     * @param endpoint its endpoint ID, unsigned 32-bit
     * @param iommu the IOMMU in front of it
     * @param reserved what is reserved in its address space
     */
    record Platform(long base, int master, int endpoint, IommuNode iommu, List<ReservedRegion> reserved)
            implements EndpointNode {
        /** Copies the list. */
        public Platform {
            reserved = List.copyOf(reserved);
        }

        /**
         * The first interface of a device.
         *
         * @param base guest-physical address of the device's first memory resource, unsigned
         * @param endpoint its endpoint ID, unsigned 32-bit
         * @param iommu the IOMMU in front of it
         * @param reserved what is reserved in its address space
         */
        public Platform(long base, int endpoint, IommuNode iommu, List<ReservedRegion> reserved) {
            this(base, 0, endpoint, iommu, reserved);
        }

        /** For example {@code MMIO 0x1c000000, endpoint 0x10000}. */
        @Override
        public String toString() {
            return "MMIO 0x" + Long.toHexString(base) + (master == 0 ? "" : " master " + master) + ", endpoint 0x"
                    + Integer.toHexString(endpoint);
        }
    }
}
