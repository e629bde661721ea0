// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Problem;
import org.viommu.topology.Topology;
import org.viommu.topology.UntranslatedNode;

/**
 * The {@code iommu-map} of a root complex, read as Linux reads it (drivers/of/base.c, of_map_id): the first entry that matches counts, and what no entry matches is
 * untranslated without being an error.
 */
final class IommuMap {
    static final String MAP = "iommu-map";
    static final String MASK = "iommu-map-mask";

    /** As many cells as Linux takes in a reference. */
    private static final int MOST_CELLS = 16;

    /**
     * An entry.
     *
     * @param number which one, from 0
     * @param base its first masked routing identifier
     * @param phandle of its IOMMU
     * @param endpoint ID of the first function
     * @param length number of functions, unsigned
     */
    private record Entry(int number, int base, int phandle, int endpoint, int length) {
        @Override
        public String toString() {
            return "entry " + number;
        }
    }

    /** Who translates for the functions of an entry; nobody if there is no IOMMU. */
    private record Owner(Entry entry, Optional<IommuNode> iommu) {}

    private final DeviceNode complex;
    private final int segment;
    private final Iommus iommus;
    private final Findings findings;
    private final Claims<Owner> claims = new Claims<>();
    private int mask = -1;

    /** Whether Linux looks at all entries. */
    private boolean whole = true;

    IommuMap(DeviceNode complex, int segment, Iommus iommus, Findings findings) {
        this.complex = complex;
        this.segment = segment;
        this.iommus = iommus;
        this.findings = findings;
    }

    void addTo(Topology.Builder topology) {
        Optional<DeviceProperty> map = complex.property(MAP);
        if (map.isEmpty()) {
            addUntranslated(topology, "no " + MAP);
            return;
        }
        Optional<List<Entry>> entries = entries(map.get());
        if (entries.isEmpty()) {
            return;
        }
        readMask();
        for (Entry entry : entries.get()) {
            if ((entry.base() & ~mask) != 0) {
                findings.add(
                        Problem.Kind.BAD_NODE,
                        complex,
                        map.get(),
                        String.format(
                                "%s begins at 0x%x, which has bits outside of %s 0x%x; Linux stops here, and what no"
                                        + " earlier entry covers stays untranslated",
                                entry, entry.base(), MASK, mask));
                whole = false;
                break;
            }
            claim(map.get(), entry);
        }
        addEndpoints(topology, map.get());
        if (whole) {
            addUntranslated(topology, Findings.where(complex, map.get()));
        }
    }

    /** Empty, which has been noted, if the entries cannot be told apart. */
    private Optional<List<Entry>> entries(DeviceProperty map) {
        List<Entry> entries = new ArrayList<>();
        int cell = 0;
        while (map.isCells() && cell + 1 < map.cells()) {
            int phandle = map.cell(cell + 1);
            int specifier = iommus.node(phandle)
                    .map(node -> Iommus.cells(node).orElse(1))
                    .orElse(1);
            int end = cell + 2 + specifier;
            if (specifier < 1 || specifier > MOST_CELLS || end >= map.cells()) {
                break;
            }
            entries.add(new Entry(entries.size(), map.cell(cell), phandle, map.cell(end - 1), map.cell(end)));
            cell = end + 1;
        }
        if (entries.isEmpty() || !map.isCells() || cell < map.cells()) {
            findings.add(
                    Problem.Kind.BAD_NODE,
                    complex,
                    map,
                    map.value().length
                            + " bytes are no whole entries (base, IOMMU, endpoint, length); nothing is translated");
            return Optional.empty();
        }
        return Optional.of(entries);
    }

    private void readMask() {
        complex.property(MASK).ifPresent(property -> {
            if (property.single().isPresent()) {
                mask = property.single().getAsInt();
            } else {
                findings.add(Problem.Kind.BAD_NODE, complex, property, "it must be one cell and is ignored");
            }
        });
    }

    private void claim(DeviceProperty map, Entry entry) {
        long base = Integer.toUnsignedLong(entry.base());
        long last = base + Integer.toUnsignedLong(entry.length()) - 1;
        if (last < base || base > Claims.LAST) {
            findings.add(Problem.Kind.IGNORED_CONTENT, complex, map, entry + " is for no function");
            return;
        }
        if (last > Claims.LAST) {
            findings.add(
                    Problem.Kind.RANGE_OVERFLOW,
                    complex,
                    map,
                    String.format("%s runs to 0x%x, beyond 0xffff, the last function", entry, last));
        }
        Optional<IommuNode> iommu = iommus.resolve(entry.phandle(), complex, map, entry.toString());
        claims.claim((int) base, (int) Math.min(last, Claims.LAST), new Owner(entry, iommu))
                .ifPresent(other -> findings.add(
                        Problem.Kind.DUPLICATE_ENDPOINT,
                        complex,
                        map,
                        entry + " is for functions of " + other.entry() + " again; here the earlier one counts"));
    }

    private void addEndpoints(Topology.Builder topology, DeviceProperty map) {
        String where = Findings.where(complex, map);
        for (Claims.Span<Owner> span : claims.spans()) {
            Entry entry = span.owner().entry();
            int first = Claims.reachable(span.first(), mask);
            if (span.owner().iommu().isPresent() && first <= span.last()) {
                topology.endpoint(
                        new EndpointNode.PciRange(
                                PciAddress.of(segment, first),
                                PciAddress.of(segment, span.last()),
                                mask & EndpointNode.PciRange.ALL_BITS,
                                entry.endpoint() + first - entry.base(),
                                span.owner().iommu().get(),
                                List.of()),
                        where + " " + entry);
            }
        }
    }

    /** Notes what no entry is for. What a mask with gaps leaves over is too scattered to be listed. */
    private void addUntranslated(Topology.Builder topology, String where) {
        int ignored = ~mask & Claims.LAST;
        if ((ignored & ignored + 1) != 0) {
            return;
        }
        for (Claims.Gap gap : claims.gaps(firstBus() << 8, lastBus() << 8 | 0xff)) {
            int first = Claims.reachable(gap.first(), mask);
            if (first <= gap.last()) {
                topology.untranslated(
                        new UntranslatedNode.PciRange(
                                PciAddress.of(segment, first), PciAddress.of(segment, gap.last() | ignored)),
                        complex.path() + ", " + where);
            }
        }
    }

    private int firstBus() {
        return bus(0, 0);
    }

    private int lastBus() {
        return Math.max(firstBus(), bus(1, 0xff));
    }

    private int bus(int index, int without) {
        return complex.property("bus-range")
                .filter(range -> range.cells() == 2)
                .map(range -> range.cell(index))
                .filter(bus -> bus >= 0 && bus <= 0xff)
                .orElse(without);
    }
}
