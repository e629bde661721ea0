// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu;

import java.util.List;
import java.util.Map;
import org.viommu.topology.ReservedRegion;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;

/**
 * The state of an IOMMU device at one moment. Counters count from the device's construction on.
 *
 * @param machine name of the machine
 * @param name name of the device
 * @param features what the device offers and the driver accepted
 * @param granule smallest unit of a mapping, in bytes
 * @param inputEnd last I/O virtual address that can be translated, unsigned
 * @param bypass whether unattached endpoints reach memory untranslated
 * @param requests what the driver has asked for
 * @param faults what endpoints were refused
 * @param translations accesses of all endpoints that the device decided on; an access to several mappings counts once
 *     for each
 * @param lostTraceEvents trace events that came faster than listeners took them
 * @param store where the mappings are kept
 * @param domains the domains, in ascending order of their unsigned IDs
 * @param endpoints the endpoints that are attached or have an open port, in ascending order of their unsigned IDs
 */
public record IommuSnapshot(
        String machine,
        String name,
        Features features,
        long granule,
        long inputEnd,
        boolean bypass,
        Requests requests,
        Faults faults,
        long translations,
        long lostTraceEvents,
        Store store,
        List<Domain> domains,
        List<Endpoint> endpoints) {

    /** Copies the lists. */
    public IommuSnapshot {
        domains = List.copyOf(domains);
        endpoints = List.copyOf(endpoints);
    }

    /**
     * Feature bits.
     *
     * @param offered by the device, one bit for each feature, without those of the transport
     * @param accepted by the driver at work; 0 if there is none
     */
    public record Features(long offered, long accepted) {}

    /**
     * Requests by type and answer.
     *
     * @param answered for each type the number of answers with each status; what never happened is absent
     * @param unparseable requests too short for their type or with addresses outside memory, returned unwritten
     * @param unknown requests of a type that does not exist or was not negotiated, returned unwritten
     */
    public record Requests(Map<RequestType, Map<RequestStatus, Long>> answered, long unparseable, long unknown) {
        /** Copies the outer map. */
        public Requests {
            answered = Map.copyOf(answered);
        }

        /**
         * Requests of one type with one answer.
         *
         * @param type of the requests
         * @param status of the answers
         * @return at least 0
         */
        public long count(RequestType type, RequestStatus status) {
            return answered.getOrDefault(type, Map.of()).getOrDefault(status, 0L);
        }

        /**
         * All requests that were answered with a status.
         *
         * @return at least 0
         */
        public long total() {
            return answered.values().stream()
                    .flatMap(counts -> counts.values().stream())
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    /**
     * Accesses that were refused.
     *
     * @param refused by reason; what never happened is absent
     * @param reported fault reports that the driver was given
     * @param coalesced refused accesses that were like one whose report was still waiting
     * @param dropped refused accesses that were never reported, because too many reports waited or no driver was at
     *     work
     * @param waiting reports that wait for the driver to give buffers
     */
    public record Faults(Map<FaultReason, Long> refused, long reported, long coalesced, long dropped, long waiting) {
        /** Copies the map. */
        public Faults {
            refused = Map.copyOf(refused);
        }

        /**
         * All refused accesses.
         *
         * @return at least 0
         */
        public long total() {
            return refused.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * Where the mappings are kept.
     *
     * @param name of the store
     * @param movingTo name of the store that the mappings are being moved to; empty if they are not
     * @param swaps how often the device has moved to another store
     * @param lastPauseNanos for how long the last move stopped requests, in nanoseconds; 0 before the first
     * @param lastMappings how many mappings the last move took over
     * @param problem why a store is not used or what the last move lost; empty if all is well
     */
    public record Store(
            String name, String movingTo, long swaps, long lastPauseNanos, long lastMappings, String problem) {}

    /**
     * A domain.
     *
     * @param id domain ID, unsigned 32-bit
     * @param bypass whether accesses pass untranslated
     * @param mappings how many mappings it has
     * @param endpoints IDs of the endpoints attached to it, unsigned, in ascending order
     */
    public record Domain(int id, boolean bypass, long mappings, List<Integer> endpoints) {
        /** Copies the list. */
        public Domain {
            endpoints = List.copyOf(endpoints);
        }
    }

    /**
     * An endpoint that is attached or has an open port.
     *
     * @param id endpoint ID, unsigned 32-bit
     * @param known whether the topology knows it
     * @param attached whether it is attached to a domain
     * @param domain the domain's ID, unsigned 32-bit; 0 if it is attached to none
     * @param ports how many ways to memory its host has open
     * @param reserved what is reserved in its address space, in ascending order
     */
    public record Endpoint(
            int id, boolean known, boolean attached, int domain, int ports, List<ReservedRegion> reserved) {
        /** Copies the list. */
        public Endpoint {
            reserved = List.copyOf(reserved);
        }
    }

    /**
     * A mapping.
     *
     * @param start first I/O virtual address, unsigned
     * @param end last I/O virtual address (inclusive), unsigned
     * @param physical guest-physical address of {@code start}, unsigned
     * @param flags of {@link org.viommu.virtio.iommu.MapFlags}
     */
    public record Mapping(long start, long end, long physical, int flags) {}
}
