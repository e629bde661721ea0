// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.viommu.driver.DriverException.Reason;
import org.viommu.virtio.iommu.AttachFlags;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * An address space of endpoints (virtio 1.4, 5.13.6.2). It remembers its mappings: they are there whenever an endpoint
 * is in the domain, also after it was empty or the device was reset.
 *
 * <p>Thread-safe.
 */
public final class IommuDomain implements AutoCloseable {
    /** Most requests that are sent with one kick. */
    static final int BATCH = 64;

    /** What addresses mean in a domain. */
    enum Kind {
        TRANSLATED,
        BYPASS,
        MAPPED_TO_ITSELF
    }

    private record Mapping(long start, long end, long physical, int flags) {}

    private final GuestIommu iommu;
    private final int id;
    private final Kind kind;
    private final IovaAllocator addresses;
    private final TreeMap<Long, Mapping> mappings = new TreeMap<>(Long::compareUnsigned);
    private final List<ReservedRange> reserved = new ArrayList<>();

    IommuDomain(GuestIommu iommu, int id, Kind kind) {
        this.iommu = iommu;
        this.id = id;
        this.kind = kind;
        IommuConfig config = iommu.driver().config();
        this.addresses = new IovaAllocator(config.granule(), config.inputStart(), config.inputEnd());
    }

    /**
     * The ID of the domain.
     *
     * @return unsigned
     */
    public int id() {
        return id;
    }

    /**
     * Puts all IDs of a device into this domain, out of those that they were in. Each is probed first. If one is
     * refused, all are put back.
     *
     * @param endpoints all IDs under which a device does DMA, unsigned; devices that cannot be told apart belong into
     *     the same domain
     * @throws DriverException if the device refuses one, or has reserved what is mapped here ({@link Reason#REFUSED}),
     *     or cannot be driven any more
     */
    public void attach(int... endpoints) throws DriverException {
        synchronized (iommu) {
            List<ReservedRange> ranges = new ArrayList<>();
            for (int endpoint : endpoints) {
                ranges.addAll(probe(endpoint));
            }
            requireUnmapped(ranges);
            ranges.forEach(range -> addresses.reserve(range.start(), range.end()));
            reserved.addAll(ranges);
            if (kind == Kind.MAPPED_TO_ITSELF && mappings.isEmpty()) {
                mapToItself();
            }
            IommuDomain[] before = new IommuDomain[endpoints.length];
            for (int i = 0; i < endpoints.length; i++) {
                before[i] = iommu.domainOf(endpoints[i]);
                try {
                    enter(endpoints[i]);
                } catch (DriverException e) {
                    putBack(endpoints, before, i + 1, e);
                    throw e;
                }
            }
        }
    }

    private List<ReservedRange> probe(int endpoint) throws DriverException {
        IommuDriver driver = iommu.driver();
        if ((driver.features() & IommuFeatures.PROBE) == 0 || driver.config().probeSize() == 0) {
            return List.of();
        }
        ProbeResult result = driver.probe(endpoint);
        GuestIommu.require(result.status(), "PROBE of endpoint 0x%x", endpoint);
        return result.reserved();
    }

    private void requireUnmapped(List<ReservedRange> ranges) throws DriverException {
        for (ReservedRange range : ranges) {
            Map.Entry<Long, Mapping> last = mappings.floorEntry(range.end());
            if (last != null && Long.compareUnsigned(last.getValue().end(), range.start()) >= 0) {
                throw new DriverException(
                        Reason.REFUSED,
                        "0x%x-0x%x is reserved, and domain %d has mapped part of it"
                                .formatted(range.start(), range.end(), id));
            }
        }
    }

    /** Maps what lies between the reserved ranges; together these reach from the first address to the last. */
    private void mapToItself() {
        IommuConfig config = iommu.driver().config();
        long granule = config.granule();
        List<ReservedRange> sorted = reserved.stream()
                .sorted((a, b) -> Long.compareUnsigned(a.start(), b.start()))
                .toList();
        long next = config.inputStart();
        for (ReservedRange range : sorted) {
            long first = range.start() & -granule;
            if (Long.compareUnsigned(first, next) > 0) {
                putIdentity(next, first - 1);
            }
            next = (range.end() | granule - 1) + 1;
            if (next == 0) {
                return;
            }
        }
        if (Long.compareUnsigned(config.inputEnd(), next) > 0) {
            putIdentity(next, config.inputEnd());
        }
    }

    private void putIdentity(long start, long end) {
        mappings.put(start, new Mapping(start, end, start, MapFlags.READ | MapFlags.WRITE));
    }

    private void enter(int endpoint) throws DriverException {
        boolean live = iommu.live(this);
        int flags = kind == Kind.BYPASS ? AttachFlags.BYPASS : 0;
        GuestIommu.require(
                iommu.driver().attach(id, endpoint, flags), "ATTACH of endpoint 0x%x to domain %d", endpoint, id);
        iommu.note(endpoint, this);
        if (!live && !mappings.isEmpty()) {
            sendMaps(List.copyOf(mappings.values()));
        }
    }

    private void putBack(int[] endpoints, IommuDomain[] before, int count, DriverException cause) {
        for (int i = 0; i < count; i++) {
            if (iommu.domainOf(endpoints[i]) == before[i]) {
                continue;
            }
            try {
                if (before[i] == null) {
                    detach(endpoints[i]);
                } else {
                    before[i].enter(endpoints[i]);
                }
            } catch (DriverException e) {
                cause.addSuppressed(e);
            }
        }
    }

    /** After a reset of the device. One that has not forgotten the domain, as QEMU's, is told to begin anew. */
    void restore(int... endpoints) throws DriverException {
        IommuConfig config = iommu.driver().config();
        for (int i = 0; i < endpoints.length; i++) {
            int flags = kind == Kind.BYPASS ? AttachFlags.BYPASS : 0;
            GuestIommu.require(
                    iommu.driver().attach(id, endpoints[i], flags),
                    "ATTACH of endpoint 0x%x to domain %d",
                    endpoints[i],
                    id);
            iommu.note(endpoints[i], this);
            if (i == 0 && kind != Kind.BYPASS) {
                iommu.driver().unmap(id, config.inputStart(), config.inputEnd());
                sendMaps(List.copyOf(mappings.values()));
            }
        }
    }

    /**
     * Takes endpoints out of this domain. Its mappings stay, for the next one.
     *
     * @param endpoints that are in it
     * @throws DriverException if the device refuses or cannot be driven any more
     */
    public void detach(int... endpoints) throws DriverException {
        synchronized (iommu) {
            for (int endpoint : endpoints) {
                if (iommu.domainOf(endpoint) != this) {
                    throw new IllegalStateException("endpoint 0x%x is not in domain %d".formatted(endpoint, id));
                }
                GuestIommu.require(
                        iommu.driver().detach(id, endpoint), "DETACH of endpoint 0x%x from domain %d", endpoint, id);
                iommu.note(endpoint, null);
            }
        }
    }

    /**
     * Maps a range at an address of the caller's choice; such addresses must be kept out of what a {@link DmaSpace}
     * hands out by {@link #reserve}.
     *
     * @param start first I/O virtual address, unsigned, a multiple of the granule
     * @param end last one (inclusive), unsigned
     * @param physical guest-physical address of the first byte, unsigned
     * @param flags bits of {@link MapFlags}
     * @throws IllegalArgumentException if part of the range is mapped or reserved, or is not what MAP can carry
     * @throws IllegalStateException if this is an identity domain
     * @throws DriverException if the device refuses or cannot be driven any more
     */
    public void map(long start, long end, long physical, int flags) throws DriverException {
        synchronized (iommu) {
            requireTranslated();
            Map.Entry<Long, Mapping> last = mappings.floorEntry(end);
            boolean mapped =
                    last != null && Long.compareUnsigned(last.getValue().end(), start) >= 0;
            if (mapped || reserved.stream().anyMatch(range -> range.overlaps(start, end))) {
                throw new IllegalArgumentException("0x%x-0x%x is already mapped or reserved".formatted(start, end));
            }
            if (iommu.live(this)) {
                GuestIommu.require(
                        iommu.driver().map(id, start, end, physical, flags),
                        "MAP of 0x%x-0x%x in domain %d",
                        start,
                        end,
                        id);
            }
            mappings.put(start, new Mapping(start, end, physical, flags));
        }
    }

    /**
     * Removes all mappings in a range, none of which may go on beyond it.
     *
     * @param start first I/O virtual address, unsigned
     * @param end last one (inclusive), unsigned
     * @throws IllegalArgumentException if a mapping lies only partly in the range
     * @throws IllegalStateException if this is an identity domain
     * @throws DriverException if the device refuses or cannot be driven any more
     */
    public void unmap(long start, long end) throws DriverException {
        synchronized (iommu) {
            requireTranslated();
            Map.Entry<Long, Mapping> below = mappings.lowerEntry(start);
            Map.Entry<Long, Mapping> last = mappings.floorEntry(end);
            if (below != null && Long.compareUnsigned(below.getValue().end(), start) >= 0
                    || last != null && Long.compareUnsigned(last.getValue().end(), end) > 0) {
                throw new IllegalArgumentException("0x%x-0x%x splits a mapping".formatted(start, end));
            }
            if (last == null || Long.compareUnsigned(last.getKey(), start) < 0) {
                return;
            }
            if (iommu.live(this)) {
                GuestIommu.require(
                        iommu.driver().unmap(id, start, end), "UNMAP of 0x%x-0x%x in domain %d", start, end, id);
            }
            mappings.subMap(start, true, end, true).clear();
        }
    }

    /** Maps pieces one behind the other from an address on; all of them or none. */
    void mapPieces(long start, List<DmaSegment> pieces, int flags) throws DriverException {
        List<Mapping> added = new ArrayList<>();
        long at = start;
        for (DmaSegment piece : pieces) {
            added.add(new Mapping(at, at + piece.length() - 1, piece.address(), flags));
            at += piece.length();
        }
        if (iommu.live(this)) {
            try {
                sendMaps(added);
            } catch (DriverException e) {
                if (e.reason() == Reason.REFUSED) {
                    iommu.driver().unmap(id, start, at - 1);
                }
                throw e;
            }
        }
        added.forEach(mapping -> mappings.put(mapping.start(), mapping));
    }

    /** Unmaps ranges, each of which holds whole mappings, with as few kicks as can be. */
    void unmapRanges(long[] starts, long[] ends, int count) throws DriverException {
        boolean live = iommu.live(this);
        RequestBatch batch = iommu.batch();
        for (int i = 0; i < count; i += BATCH) {
            int part = Math.min(BATCH, count - i);
            for (int k = i; live && k < i + part; k++) {
                batch.unmap(id, starts[k], ends[k]);
            }
            if (live && batch.flush() > 0) {
                throw refused(batch, "UNMAP");
            }
            for (int k = i; k < i + part; k++) {
                mappings.subMap(starts[k], true, ends[k], true).clear();
            }
        }
    }

    private void sendMaps(List<Mapping> wanted) throws DriverException {
        RequestBatch batch = iommu.batch();
        for (int i = 0; i < wanted.size(); i += BATCH) {
            for (Mapping mapping : wanted.subList(i, Math.min(i + BATCH, wanted.size()))) {
                batch.map(id, mapping.start(), mapping.end(), mapping.physical(), mapping.flags());
            }
            if (batch.flush() > 0) {
                throw refused(batch, "MAP");
            }
        }
    }

    private DriverException refused(RequestBatch batch, String what) {
        int first = 0;
        while (batch.status(first) == RequestStatus.OK) {
            first++;
        }
        return new DriverException(Reason.REFUSED, "%s in domain %d: %s".formatted(what, id, batch.status(first)));
    }

    private void requireTranslated() {
        if (kind != Kind.TRANSLATED) {
            throw new IllegalStateException("domain %d is an identity domain".formatted(id));
        }
    }

    /**
     * Keeps addresses out of what a {@link DmaSpace} hands out.
     *
     * @param start first I/O virtual address, unsigned
     * @param end last one (inclusive), unsigned
     */
    public void reserve(long start, long end) {
        synchronized (iommu) {
            addresses.reserve(start, end);
        }
    }

    /**
     * Where an endpoint of this domain has to write its messages. If the device has reserved the doorbell, messages
     * pass there as they are; otherwise the doorbell is mapped.
     *
     * @param doorbell guest-physical address to which messages go, unsigned
     * @return the address that the endpoint has to be told, unsigned
     * @throws DriverException if the doorbell has to be mapped and cannot be
     */
    public long messageAddress(long doorbell) throws DriverException {
        synchronized (iommu) {
            boolean passes =
                    reserved.stream().anyMatch(range -> range.messages() && range.overlaps(doorbell, doorbell));
            if (passes || kind != Kind.TRANSLATED) {
                return doorbell;
            }
            long granule = granule();
            long page = addresses.allocate(granule, -1L);
            boolean registers = (iommu.driver().features() & IommuFeatures.MMIO) != 0;
            map(page, page + granule - 1, doorbell & -granule, MapFlags.WRITE | (registers ? MapFlags.MMIO : 0));
            return page | doorbell & granule - 1;
        }
    }

    /**
     * A way to map buffers at addresses of the driver's choice.
     *
     * @param policy when the device is told of mappings that have gone
     * @param limit last address that the endpoints can reach, unsigned; {@code -1} for any
     * @return a space of which a domain may have several
     * @throws IllegalStateException if this is an identity domain
     */
    public DmaSpace dma(FlushPolicy policy, long limit) {
        requireTranslated();
        return new DmaSpace(iommu, this, policy, limit);
    }

    IovaAllocator addresses() {
        return addresses;
    }

    long granule() {
        return iommu.driver().config().granule();
    }

    /**
     * Takes all endpoints out and gives the domain's ID back.
     *
     * @throws DriverException if the device refuses or cannot be driven any more
     */
    @Override
    public void close() throws DriverException {
        synchronized (iommu) {
            detach(iommu.endpointsOf(this));
            iommu.remove(this);
        }
    }
}
