// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Devices that a source leaves untranslated on purpose. A device about which a topology says nothing is not translated either; the difference matters to people,
 * and where sources contradict one another.
 */
@ProviderType
public sealed interface UntranslatedNode {
    /**
     * PCI functions: those whose segment lies between the segments, and whose BDF lies between the BDFs, of two addresses.
     *
     * @param first lowest segment and lowest BDF
     * @param last highest segment and highest BDF, inclusive
     */
    record PciRange(PciAddress first, PciAddress last) implements UntranslatedNode {
        /**
         * Checks the order.
         *
         * @throws IllegalArgumentException if the last segment or BDF is below the first
         */
        public PciRange {
            if (last.segment() < first.segment() || last.bdf() < first.bdf()) {
                throw new IllegalArgumentException("PCI range " + first + " to " + last + " is reversed");
            }
        }

        /** For example {@code PCI 0000:00:01.0}. */
        @Override
        public String toString() {
            return first.equals(last) ? "PCI " + first : "PCI " + first + " to " + last;
        }
    }

    /**
     * A platform device.
     *
     * @param base guest-physical address of its first memory resource, unsigned
     */
    record Platform(long base) implements UntranslatedNode {
        /** For example {@code MMIO 0x1c000000}. */
        @Override
        public String toString() {
            return "MMIO 0x" + Long.toHexString(base);
        }
    }
}
