// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.viommu.conformance.internal.Guest;
import org.viommu.conformance.internal.Requests;
import org.viommu.conformance.internal.Unmet;
import org.viommu.virtio.iommu.AttachFlags;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * Sends a device random requests and has its endpoints access memory, and compares all of that with the {@link Oracle}.
 *
 * <p>Each word of the arena holds its own address, so that a read tells where it went, and a write that goes astray is
 * found at the end. After a difference the device and the oracle begin anew, and the stream goes on.
 */
public final class Differential {
    /** Hears of the steps. */
    @FunctionalInterface
    public interface Observer {
        /**
         * A step is done.
         *
         * @param step its number, from 0 on
         * @param oracle as it is after the step
         */
        void step(long step, Oracle oracle);
    }

    /**
     * What a run has found.
     *
     * @param device its name
     * @param seed of the stream
     * @param steps done; each is one request and one access
     * @param differences by kind, in the order of their first steps
     */
    public record Outcome(String device, long seed, long steps, List<Difference> differences) {
        /** Copies the list. */
        public Outcome {
            differences = List.copyOf(differences);
        }

        /**
         * What was found, for people.
         *
         * @return lines of plain text
         */
        public String text() {
            StringBuilder text = new StringBuilder("%s, seed %d, %,d requests: %s"
                    .formatted(device, seed, steps, differences.isEmpty() ? "no difference" : "differences"));
            differences.forEach(difference -> text.append("\n  ").append(difference));
            return text.toString();
        }
    }

    /** A mapping of one page onto the last one can go on behind it for as long again. */
    private static final int MARKED_PAGES = 2 * OperationStream.PAGES;

    private final DevicePort port;
    private final long seed;
    private final Map<String, Difference> differences = new LinkedHashMap<>();
    private Guest guest;
    private Oracle oracle;

    /** What the arena is filled with. */
    private byte[] marks;

    /**
     * Prepares a run.
     *
     * @param port the way to the device
     * @param seed of the stream
     */
    public Differential(DevicePort port, long seed) {
        this.port = port;
        this.seed = seed;
    }

    /**
     * Runs.
     *
     * @param steps how many requests, and as many accesses
     * @param observer told of each step
     * @return what was found
     */
    public Outcome run(long steps, Observer observer) {
        try {
            guest = new Guest(port);
            Limits limits = guest.limits();
            long unit = guest.plan().unit();
            OperationStream stream = new OperationStream(
                    limits, port.absentEndpoint(), unit, port.arena().start(), seed);
            oracle = new Oracle(limits, guest.bypass());
            marks = new byte[(int) (MARKED_PAGES * unit)];
            fill();
            for (long step = 0; step < steps; step++) {
                Operation request = stream.nextRequest();
                Operation.Access access = stream.nextAccess();
                // An access after a difference would only tell of its consequences.
                if (!request(request, step) || !access(access, step)) {
                    guest.start(guest.features());
                    oracle = new Oracle(limits, guest.bypass());
                }
                observer.step(step, oracle);
            }
            check(steps);
        } catch (Unmet e) {
            note("start", "a device that works", e.getMessage(), 0, "start");
        }
        return new Outcome(port.name(), seed, steps, new ArrayList<>(differences.values()));
    }

    private boolean request(Operation request, long step) {
        if (request instanceof Operation.Bypass write) {
            if (guest.has(IommuFeatures.BYPASS_CONFIG)) {
                port.writeConfig(IommuConfigLayout.BYPASS, 1, write.value() ? 1 : 0);
                oracle.apply(write);
            }
            return true;
        }
        Set<RequestStatus> expected = oracle.answers(request);
        Answer answer = guest.send(bytes(request));
        RequestStatus seen = answer.status(0);
        boolean whole = answer.returned() && answer.usedLength() == answer.writable().length;
        if (!expected.contains(seen) || !whole) {
            note(request.kind(), expected.toString(), answer.toString(), step, request.toString());
            return false;
        }
        if (seen == RequestStatus.OK) {
            oracle.apply(request);
        }
        return true;
    }

    private boolean access(Operation.Access access, long step) {
        if (!port.dmaEndpoints().contains(access.endpoint())) {
            return true;
        }
        Set<Long> expected = oracle.reaches(access);
        long target = expected.stream().mapToLong(Long::longValue).max().orElseThrow();
        if (target != Oracle.REFUSED && !marked(target)) {
            return true;
        }
        byte[] word = word(target);
        boolean done = access.write()
                ? port.write(access.endpoint(), access.address(), word)
                : port.read(access.endpoint(), access.address(), word);
        long seen = !done
                ? Oracle.REFUSED
                : ByteBuffer.wrap(word).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        boolean same = expected.contains(seen) && (!access.write() || done == (target != Oracle.REFUSED));
        if (!same) {
            note(
                    access.kind(),
                    target == Oracle.REFUSED ? "refused" : "let through",
                    !done ? "refused" : access.write() || target == Oracle.REFUSED ? "let through" : "elsewhere",
                    step,
                    access.toString());
        }
        return same;
    }

    private static ByteBuffer bytes(Operation request) {
        if (request instanceof Operation.Attach attach) {
            int flags = attach.bypass() ? AttachFlags.BYPASS : 0;
            return Requests.attach(attach.domain(), attach.endpoint(), flags);
        }
        if (request instanceof Operation.Detach detach) {
            return Requests.detach(detach.domain(), detach.endpoint());
        }
        if (request instanceof Operation.Map map) {
            return Requests.map(map.domain(), map.start(), map.end(), map.physical(), map.flags());
        }
        Operation.Unmap unmap = (Operation.Unmap) request;
        return Requests.unmap(unmap.domain(), unmap.start(), unmap.end());
    }

    private void note(String kind, String expected, String seen, long step, String example) {
        differences.merge(
                kind + expected + seen,
                new Difference(kind, expected, seen, 1, step, example),
                (present, again) -> present.again());
    }

    /** Whether a word of memory holds its own address. */
    private boolean marked(long address) {
        return address >= port.arena().start() && address < port.arena().start() + marks.length;
    }

    private void fill() {
        ByteBuffer words = ByteBuffer.wrap(marks).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < marks.length; at += Long.BYTES) {
            words.putLong(at, port.arena().start() + at);
        }
        port.poke(port.arena().start(), marks);
    }

    private void check(long steps) {
        byte[] memory = new byte[marks.length];
        port.peek(port.arena().start(), memory);
        int changed = Arrays.mismatch(memory, marks);
        if (changed >= 0) {
            note(
                    "memory",
                    "as it was",
                    "changed",
                    steps,
                    "at 0x%x".formatted(port.arena().start() + changed));
        }
    }

    private static byte[] word(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }
}
