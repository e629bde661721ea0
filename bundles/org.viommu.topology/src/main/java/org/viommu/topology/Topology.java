// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The graph of one machine: its IOMMUs, the endpoints behind them and what is reserved for these.
 *
 * <p>Immutable. Two topologies are equal if they have equal nodes in the same order; where their sources have the nodes does not matter.
 */
public final class Topology {
    /** Nothing is translated. */
    public static final Topology EMPTY = builder().build();

    private final List<IommuNode> iommus;
    private final List<EndpointNode> endpoints;
    private final List<UntranslatedNode> untranslated;
    private final Origins origins;
    private final Lookup lookup;

    private Topology(Builder builder) {
        iommus = List.copyOf(builder.iommus);
        endpoints = List.copyOf(builder.endpoints);
        untranslated = List.copyOf(builder.untranslated);
        origins = new Origins(
                List.copyOf(builder.iommuOrigins),
                List.copyOf(builder.endpointOrigins),
                List.copyOf(builder.untranslatedOrigins),
                List.copyOf(builder.readerProblems));
        lookup = new Lookup(iommus, endpoints);
    }

    /**
     * Starts a topology.
     *
     * @return an empty builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * All IOMMUs.
     *
     * @return an unmodifiable list in the order of the source
     */
    public List<IommuNode> iommus() {
        return iommus;
    }

    /**
     * All endpoints.
     *
     * @return an unmodifiable list; where two describe the same device, the later one counts
     */
    public List<EndpointNode> endpoints() {
        return endpoints;
    }

    /**
     * The endpoints behind one IOMMU.
     *
     * @param iommu the IOMMU
     * @return an unmodifiable list in the order of {@link #endpoints()}
     */
    public List<EndpointNode> endpoints(IommuNode iommu) {
        return endpoints.stream().filter(node -> node.iommu().equals(iommu)).toList();
    }

    /**
     * What the source leaves untranslated on purpose.
     *
     * @return an unmodifiable list in the order of the source; a device that is an endpoint too is translated
     */
    public List<UntranslatedNode> untranslated() {
        return untranslated;
    }

    /**
     * Where the source has an IOMMU.
     *
     * @param index its place in {@link #iommus()}
     * @return coordinates in the source
     */
    public String iommuOrigin(int index) {
        return origins.iommus().get(index);
    }

    /**
     * Where the source has endpoints.
     *
     * @param index their place in {@link #endpoints()}
     * @return coordinates in the source
     */
    public String endpointOrigin(int index) {
        return origins.endpoints().get(index);
    }

    /**
     * Looks a PCI function up by the rules that Linux follows: the last range that contains it counts. A function that no range contains is not translated,
     * which is no error, and neither is an IOMMU translated by itself.
     *
     * @param function where it sits
     * @return who translates for it, or empty if nobody does
     */
    public Optional<Attachment> find(PciAddress function) {
        return lookup.find(function);
    }

    /**
     * Looks the first interface of a platform device up; the rules are those of {@link #find(PciAddress)}.
     *
     * @param base guest-physical address of its first memory resource, unsigned
     * @return who translates for it, or empty if nobody does
     */
    public Optional<Attachment> find(long base) {
        return lookup.find(base, 0);
    }

    /**
     * Looks an endpoint up from the IOMMU's side. An ID in a range does not count if its device is described elsewhere again, or is the IOMMU.
     *
     * @param iommu the IOMMU
     * @param endpoint endpoint ID, unsigned 32-bit
     * @return the endpoint, or empty if no device behind that IOMMU has the ID
     */
    public Optional<Attachment> find(IommuNode iommu, int endpoint) {
        return lookup.find(iommu, endpoint);
    }

    /**
     * What is wrong with this topology: what its reader noticed, then contradictions between the nodes. Takes O(n log n) time for n nodes, and one
     * look-up for each IOMMU.
     *
     * @return an unmodifiable list, empty if all is well
     */
    public List<Problem> problems() {
        List<Problem> problems = new ArrayList<>(origins.readerProblems());
        problems.addAll(Validation.problems(
                new Validation.Subject(this, origins.iommus(), origins.endpoints(), origins.untranslated())));
        return List.copyOf(problems);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Topology topology
                && iommus.equals(topology.iommus)
                && endpoints.equals(topology.endpoints)
                && untranslated.equals(topology.untranslated);
    }

    @Override
    public int hashCode() {
        return Objects.hash(iommus, endpoints, untranslated);
    }

    /** A tree of several lines: each IOMMU with its endpoints and their reserved regions, then what is untranslated. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        for (IommuNode iommu : iommus) {
            lines.add("IOMMU " + iommu);
            for (EndpointNode node : endpoints(iommu)) {
                lines.add("  " + node);
                node.reserved().forEach(region -> lines.add("    " + region));
            }
        }
        if (iommus.isEmpty()) {
            lines.add("no IOMMU");
        }
        untranslated.forEach(node -> lines.add("untranslated " + node));
        return String.join("\n", lines);
    }

    /** Where the source has what. */
    Origins origins() {
        return origins;
    }

    /** What counts for the device that an IOMMU is. */
    Optional<? extends EndpointNode> match(IommuNode iommu) {
        return lookup.match(iommu);
    }

    /** Where the source has what; of no influence on equality. */
    record Origins(
            List<String> iommus, List<String> endpoints, List<String> untranslated, List<Problem> readerProblems) {}

    /**
     * Collects a topology. The order of the endpoints counts: see {@link Topology#endpoints()}. Not thread-safe.
     */
    public static final class Builder {
        private final List<IommuNode> iommus = new ArrayList<>();
        private final List<String> iommuOrigins = new ArrayList<>();
        private final List<EndpointNode> endpoints = new ArrayList<>();
        private final List<String> endpointOrigins = new ArrayList<>();
        private final List<UntranslatedNode> untranslated = new ArrayList<>();
        private final List<String> untranslatedOrigins = new ArrayList<>();
        private final List<Problem> readerProblems = new ArrayList<>();

        private Builder() {}

        /**
         * Adds an IOMMU.
         *
         * @param iommu the IOMMU
         * @return this
         */
        public Builder iommu(IommuNode iommu) {
            return iommu(iommu, iommu.toString());
        }

        /**
         * Adds an IOMMU.
         *
         * @param iommu the IOMMU
         * @param where coordinates in the source, for {@link Problem#where()}
         * @return this
         */
        public Builder iommu(IommuNode iommu, String where) {
            iommus.add(iommu);
            iommuOrigins.add(where);
            return this;
        }

        /**
         * Adds endpoints.
         *
         * @param node the endpoints
         * @return this
         */
        public Builder endpoint(EndpointNode node) {
            return endpoint(node, node.toString());
        }

        /**
         * Adds endpoints.
         *
         * @param node the endpoints
         * @param where coordinates in the source, for {@link Problem#where()}
         * @return this
         */
        public Builder endpoint(EndpointNode node, String where) {
            endpoints.add(node);
            endpointOrigins.add(where);
            return this;
        }

        /**
         * Adds devices that are untranslated on purpose.
         *
         * @param node the devices
         * @return this
         */
        public Builder untranslated(UntranslatedNode node) {
            return untranslated(node, node.toString());
        }

        /**
         * Adds devices that are untranslated on purpose.
         *
         * @param node the devices
         * @param where coordinates in the source, for {@link Problem#where()}
         * @return this
         */
        public Builder untranslated(UntranslatedNode node, String where) {
            untranslated.add(node);
            untranslatedOrigins.add(where);
            return this;
        }

        /**
         * Adds something that the reader of a source noticed.
         *
         * @param problem what is wrong
         * @return this
         */
        public Builder problem(Problem problem) {
            readerProblems.add(problem);
            return this;
        }

        /**
         * Makes the topology.
         *
         * @return a topology of all that was added
         */
        public Topology build() {
            return new Topology(this);
        }
    }
}
