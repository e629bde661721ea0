// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.viommu.virtio.iommu.AttachLayout;
import org.viommu.virtio.iommu.FaultFlags;
import org.viommu.virtio.iommu.FaultLayout;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapLayout;
import org.viommu.virtio.iommu.PropertyLayout;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtio.iommu.ReservedMemoryLayout;
import org.viommu.virtio.iommu.UnmapLayout;

/** A device that is the oracle itself, but for one flaw: what the suite has to find. */
final class ModelPort implements DevicePort {
    private static final Arena ARENA = new Arena(0x100000, 8 << 20);
    private static final int PROBE_SIZE = 64;
    private static final int TAIL = RequestLayout.TAIL_SIZE;
    private static final int[] SIZES = {0, 20, 20, 36, 28, 72};
    private static final ReservedRange HOLE = new ReservedRange(0x8000, 0x8fff, false);
    private static final Limits LIMITS =
            new Limits(0x1000, 0, (1L << 40) - 1, 0, 0xffff, Map.of(1, List.of(HOLE), 2, List.of()));
    private static final long FEATURES = 0x77;

    private final Flaw flaw;
    private final byte[] memory = new byte[(int) ARENA.length()];
    private final Deque<Integer> eventBuffers = new ArrayDeque<>();
    private final Deque<Answer> events = new ArrayDeque<>();
    private Oracle oracle = new Oracle(LIMITS, true);
    private boolean bypass = true;
    private long features;

    ModelPort(Flaw flaw) {
        this.flaw = flaw;
    }

    @Override
    public String name() {
        return "model with " + flaw;
    }

    @Override
    public long offeredFeatures() {
        return FEATURES;
    }

    @Override
    public boolean start(long wanted) {
        reset();
        features = wanted;
        return (wanted & ~FEATURES) == 0;
    }

    @Override
    public void reset() {
        bypass |= flaw == Flaw.FORGETS_BYPASS_AT_RESET;
        if (flaw != Flaw.KEEPS_DOMAINS_AT_RESET) {
            oracle = new Oracle(LIMITS, bypass);
        }
        eventBuffers.clear();
        events.clear();
    }

    @Override
    public boolean systemReset() {
        bypass = true;
        reset();
        return true;
    }

    @Override
    public long readConfig(int offset, int size) {
        ByteBuffer config = buffer(IommuConfigLayout.SIZE + Long.BYTES)
                .putLong(IommuConfigLayout.PAGE_SIZE_MASK, LIMITS.granule())
                .putLong(IommuConfigLayout.INPUT_RANGE_END, LIMITS.inputEnd())
                .putInt(IommuConfigLayout.DOMAIN_RANGE_END, LIMITS.domainEnd())
                .putInt(IommuConfigLayout.PROBE_SIZE, PROBE_SIZE)
                .put(IommuConfigLayout.BYPASS, (byte) (bypass ? 1 : 0));
        return config.getLong(offset) & -1L >>> Long.SIZE - size * Byte.SIZE;
    }

    @Override
    public void writeConfig(int offset, int size, long value) {
        bypass = value != 0;
        oracle.apply(new Operation.Bypass(bypass));
    }

    @Override
    public Answer send(byte[] readable, int writable, int cut) {
        byte[] answer = new byte[writable];
        Arrays.fill(answer, FILL);
        ByteBuffer request = buffer(Math.max(readable.length, 100)).put(0, readable);
        int type = request.get(RequestLayout.TYPE);
        boolean known = type >= 1 && type <= 5;
        if (writable < TAIL || !known && flaw != Flaw.ANSWERS_UNKNOWN_TYPES) {
            return new Answer(true, 0, answer);
        }
        if (known && readable.length < SIZES[type] && flaw != Flaw.ANSWERS_SHORT_REQUESTS) {
            return new Answer(true, 0, answer);
        }
        int tail = type == RequestType.PROBE.value() ? Math.min(PROBE_SIZE, writable - TAIL) : 0;
        RequestStatus status = known ? serve(request, type, answer, tail) : RequestStatus.UNSUPP;
        boolean dirty = flaw == Flaw.LEAVES_TAILS_DIRTY;
        ByteBuffer.wrap(answer).order(ByteOrder.LITTLE_ENDIAN).putInt(tail, status.value() | (dirty ? 0x100 : 0));
        boolean silent = flaw == Flaw.REPORTS_NO_LENGTH_WITH_ERRORS && status != RequestStatus.OK;
        return new Answer(true, silent ? 0 : tail + TAIL, answer);
    }

    private RequestStatus serve(ByteBuffer request, int type, byte[] answer, int tail) {
        if (flaw == Flaw.MINDS_RESERVED_IN_HEADS && (request.getInt(0) & ~0xff) != 0) {
            return RequestStatus.INVAL;
        }
        int id = request.getInt(RequestLayout.HEAD_SIZE);
        return switch (RequestType.of(type)) {
            case ATTACH -> attach(request, id);
            case DETACH -> apply(new Operation.Detach(id, request.getInt(AttachLayout.ENDPOINT)));
            case MAP -> map(request, id);
            case UNMAP -> unmap(request, id);
            case PROBE -> probe(id, answer, tail);
        };
    }

    private RequestStatus attach(ByteBuffer request, int domain) {
        int flags = request.getInt(AttachLayout.FLAGS);
        int known = (features & IommuFeatures.BYPASS_CONFIG) != 0 ? 1 : 0;
        boolean unknown = (flags & ~known) != 0 && flaw != Flaw.IGNORES_FLAGS;
        boolean reserved = request.getInt(AttachLayout.RESERVED) != 0 && flaw != Flaw.IGNORES_RESERVED_IN_ATTACH;
        if (unknown || reserved) {
            return RequestStatus.INVAL;
        }
        int endpoint = request.getInt(AttachLayout.ENDPOINT);
        if (flaw == Flaw.EMPTIES_DOMAINS_AT_REPEATED_ATTACH) {
            Operation detach = new Operation.Detach(domain, endpoint);
            if (oracle.answers(detach).contains(RequestStatus.OK)) {
                oracle.apply(detach);
            }
        }
        return apply(new Operation.Attach(domain, endpoint, (flags & 1) != 0));
    }

    private RequestStatus map(ByteBuffer request, int domain) {
        int flags = request.getInt(MapLayout.FLAGS);
        int known = (features & IommuFeatures.MMIO) != 0 ? 7 : 3;
        if ((flags & ~known) != 0 && flaw != Flaw.IGNORES_FLAGS) {
            return RequestStatus.INVAL;
        }
        long start = request.getLong(MapLayout.VIRTUAL_START);
        long end = request.getLong(MapLayout.VIRTUAL_END);
        return apply(new Operation.Map(domain, start, end, request.getLong(MapLayout.PHYSICAL_START), flags));
    }

    private RequestStatus unmap(ByteBuffer request, int domain) {
        Operation.Unmap unmap = new Operation.Unmap(
                domain, request.getLong(UnmapLayout.VIRTUAL_START), request.getLong(UnmapLayout.VIRTUAL_END));
        RequestStatus status = apply(unmap);
        if (flaw == Flaw.UNMAPS_UP_TO_A_SPLIT && status == RequestStatus.RANGE) {
            oracle.mappings(domain).stream()
                    .map(mapping -> new Operation.Unmap(domain, mapping.start(), mapping.end()))
                    .filter(part -> part.start() >= unmap.start() && part.end() <= unmap.end())
                    .forEach(oracle::apply);
        }
        return status;
    }

    /** Of several statuses the one that the choices of the suite name. */
    private RequestStatus apply(Operation request) {
        Set<RequestStatus> answers = oracle.answers(request);
        if (answers.contains(RequestStatus.OK)) {
            oracle.apply(request);
            return RequestStatus.OK;
        }
        boolean reversed = request instanceof Operation.Map map && Long.compareUnsigned(map.end(), map.start()) < 0
                || request instanceof Operation.Unmap unmap && Long.compareUnsigned(unmap.end(), unmap.start()) < 0;
        return answers.contains(RequestStatus.RANGE) && !reversed
                ? RequestStatus.RANGE
                : answers.iterator().next();
    }

    private RequestStatus probe(int endpoint, byte[] answer, int size) {
        Arrays.fill(answer, 0, size, (byte) 0);
        List<ReservedRange> ranges = LIMITS.reserved().get(endpoint);
        if (ranges == null || size < PROBE_SIZE) {
            return ranges == null ? RequestStatus.NOENT : RequestStatus.INVAL;
        }
        ByteBuffer list = ByteBuffer.wrap(answer).order(ByteOrder.LITTLE_ENDIAN);
        int copies = flaw == Flaw.OVERLAPS_PROPERTIES ? 2 : 1;
        int at = 0;
        for (ReservedRange range : ranges) {
            for (int i = 0; i < copies; i++, at += ReservedMemoryLayout.SIZE) {
                list.putShort(at, (short) (flaw == Flaw.SETS_TYPE_BITS ? 0x1001 : 1));
                list.putShort(at + PropertyLayout.LENGTH, (short) ReservedMemoryLayout.LENGTH);
                list.putLong(at + ReservedMemoryLayout.START, range.start());
                list.putLong(at + ReservedMemoryLayout.END, range.end());
            }
        }
        if (flaw == Flaw.LEAVES_PROPERTIES_DIRTY) {
            list.put(PROBE_SIZE - 1, (byte) 1);
        }
        return RequestStatus.OK;
    }

    @Override
    public void offerEvent(int length) {
        eventBuffers.add(length);
    }

    @Override
    public Optional<Answer> nextEvent() {
        return Optional.ofNullable(events.poll());
    }

    @Override
    public List<Integer> endpoints() {
        return List.of(1, 2);
    }

    @Override
    public int absentEndpoint() {
        return 9;
    }

    @Override
    public List<Integer> dmaEndpoints() {
        return List.of(1);
    }

    @Override
    public boolean read(int endpoint, long address, byte[] target) {
        long physical = translate(new Operation.Access(endpoint, address, false));
        if (physical != Oracle.REFUSED) {
            peek(physical, target);
        }
        return physical != Oracle.REFUSED;
    }

    @Override
    public boolean write(int endpoint, long address, byte... source) {
        long physical = translate(new Operation.Access(endpoint, address, true));
        if (physical != Oracle.REFUSED) {
            poke(physical, source);
        }
        return physical != Oracle.REFUSED;
    }

    private long translate(Operation.Access access) {
        Set<Long> places = oracle.reaches(access);
        if (!places.contains(Oracle.REFUSED)) {
            return places.iterator().next();
        }
        if (flaw == Flaw.LETS_ALL_ACCESSES_THROUGH) {
            return ARENA.start() + access.address() % 0x10000;
        }
        boolean attached =
                oracle.answers(new Operation.Detach(1, access.endpoint())).contains(RequestStatus.OK);
        report(access, attached ? FaultReason.MAPPING : FaultReason.DOMAIN);
        return Oracle.REFUSED;
    }

    private void report(Operation.Access access, FaultReason reason) {
        ByteBuffer report = buffer(FaultLayout.SIZE);
        boolean dirty = flaw == Flaw.LEAVES_REPORTS_DIRTY;
        report.putInt(0, reason.value() | (dirty ? 0x100 : 0));
        report.putInt(
                FaultLayout.FLAGS,
                FaultFlags.ADDRESS | (access.write() ? FaultFlags.WRITE : FaultFlags.READ) | (dirty ? 4 : 0));
        report.putInt(FaultLayout.ENDPOINT, flaw == Flaw.NAMES_NO_ENDPOINT ? 0 : access.endpoint());
        report.putLong(FaultLayout.ADDRESS, access.address());
        while (!eventBuffers.isEmpty()) {
            int length = eventBuffers.remove();
            boolean whole = length >= FaultLayout.SIZE;
            boolean split = flaw == Flaw.SPLITS_REPORTS && !whole;
            events.add(new Answer(true, whole || split ? FaultLayout.SIZE - (split ? 1 : 0) : 0, report.array()));
            if (whole || split) {
                return;
            }
        }
    }

    @Override
    public Arena arena() {
        return ARENA;
    }

    @Override
    public void peek(long address, byte[] target) {
        System.arraycopy(memory, (int) (address - ARENA.start()), target, 0, target.length);
    }

    @Override
    public void poke(long address, byte... source) {
        System.arraycopy(source, 0, memory, (int) (address - ARENA.start()), source.length);
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
