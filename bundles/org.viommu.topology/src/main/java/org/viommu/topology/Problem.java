// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

/**
 * Something wrong in a topology, explained where its source has it.
 *
 * @param kind what sort of thing
 * @param where coordinates in the source, for example {@code node 2 at byte 0x58}
 * @param message what is wrong there and what follows from it, with the values
 */
public record Problem(Kind kind, String where, String message) {

    /** How bad it is. */
    public enum Severity {
        /** Unusual, but the meaning is clear. */
        WARNING,
        /** Devices cannot work as described. */
        ERROR
    }

    /** What sort of thing is wrong. */
    public enum Kind {
        /** A node of a type that the reader does not know; left out. */
        UNKNOWN_NODE(Severity.WARNING),
        /** A node that contradicts itself; left out. */
        BAD_NODE(Severity.ERROR),
        /** Bytes or fields that should be zero or absent; ignored. */
        IGNORED_CONTENT(Severity.WARNING),
        /** The same IOMMU is listed twice. */
        DUPLICATE_IOMMU(Severity.WARNING),
        /** Endpoints are behind an IOMMU that the topology does not contain; they are not translated. */
        UNKNOWN_IOMMU(Severity.ERROR),
        /** Endpoints are behind an IOMMU that is disabled; they are not translated. */
        DISABLED_IOMMU(Severity.WARNING),
        /** An IOMMU that is no virtio-iommu; what is behind it is left out. */
        FOREIGN_IOMMU(Severity.WARNING),
        /** The same device is listed twice; the later one counts. */
        DUPLICATE_ENDPOINT(Severity.WARNING),
        /** A device is said to be untranslated on purpose, and to be behind an IOMMU; it is translated. */
        UNTRANSLATED_ENDPOINT(Severity.ERROR),
        /** Two devices behind one IOMMU have the same endpoint ID. */
        ENDPOINT_ID_CLASH(Severity.ERROR),
        /** A range runs beyond the last PCI function. */
        RANGE_OVERFLOW(Severity.WARNING),
        /** The endpoint IDs of a range run beyond 2^32 - 1. */
        ENDPOINT_ID_OVERFLOW(Severity.ERROR),
        /** An IOMMU is among its own endpoints; its own accesses are not translated. */
        IOMMU_BEHIND_ITSELF(Severity.WARNING),
        /** IOMMUs are behind one another in a circle. */
        IOMMU_CIRCLE(Severity.ERROR),
        /** Two reserved regions of one endpoint share addresses. */
        RESERVED_OVERLAP(Severity.ERROR);

        private final Severity severity;

        Kind(Severity severity) {
            this.severity = severity;
        }

        /**
         * How bad it is.
         *
         * @return the severity of every problem of this kind
         */
        public Severity severity() {
            return severity;
        }
    }

    /** For example {@code error: node 2 at byte 0x58: …}. */
    @Override
    public String toString() {
        return (kind.severity() == Severity.ERROR ? "error: " : "warning: ") + where + ": " + message;
    }
}
