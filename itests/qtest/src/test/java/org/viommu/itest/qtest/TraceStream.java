// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.viommu.conformance.Limits;
import org.viommu.conformance.Operation;
import org.viommu.conformance.OperationStream;
import org.viommu.conformance.Oracle;
import org.viommu.conformance.ReservedRange;
import org.viommu.conformance.internal.Requests;
import org.viommu.virtio.iommu.AttachFlags;
import org.viommu.virtio.iommu.FaultLayout;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * A stream of requests and accesses that is always the same, without those that the two devices answer differently
 * (docs/conformance.md), as these would leave them in different states.
 */
final class TraceStream {
    static final int ABSENT = 0x90;
    static final long INPUT_END = 0x7f_ffff_ffffL;

    private static final long SEED = 1;
    private static final long PAGE = 0x1000;
    private static final int STEPS = 400;
    private static final int PROBE_SIZE = 512;
    private static final int EVENT_BUFFERS = 4;
    private static final long FEATURES = IommuFeatures.NAMES.keySet().stream().reduce(0L, (all, bit) -> all | bit);

    private final TraceSubject subject;

    /** What each step has left in the trace. */
    private final Map<String, List<String>> trace = new LinkedHashMap<>();

    private final Map<Integer, Integer> attached = new HashMap<>();
    private final Oracle oracle;
    private final OperationStream operations;

    TraceStream(TraceSubject subject) {
        this.subject = subject;
        Map<Integer, List<ReservedRange>> endpoints = new LinkedHashMap<>();
        QemuMachine.ENDPOINTS.forEach(
                id -> endpoints.put(id, List.of(new ReservedRange(0xfee00000L, 0xfeefffffL, true))));
        Limits limits = new Limits(PAGE, 0, INPUT_END, 0, -1, endpoints);
        oracle = new Oracle(limits, true);
        operations =
                new OperationStream(limits, ABSENT, PAGE, subject.port().arena().start(), SEED);
    }

    /** Runs it. */
    Map<String, List<String>> run() {
        start();
        for (int endpoint : QemuMachine.ENDPOINTS) {
            send("probe " + endpoint, Requests.probe(endpoint), PROBE_SIZE);
        }
        for (int step = 0; step < STEPS; step++) {
            Operation request = operations.nextRequest();
            if (alike(request)) {
                request(step + " " + request, request);
            }
            Operation.Access access = operations.nextAccess();
            trace.put(step + " " + access, subject.access(access));
        }
        subject.port().systemReset();
        trace.put("system reset", subject.next());
        return trace;
    }

    private void start() {
        subject.port().start(subject.port().offeredFeatures() & FEATURES);
        for (int i = 0; i < EVENT_BUFFERS; i++) {
            subject.port().offerEvent(FaultLayout.SIZE);
        }
        trace.put("start", subject.next());
    }

    private boolean alike(Operation request) {
        if (request instanceof Operation.Bypass) {
            return true;
        }
        if (request instanceof Operation.Attach attach
                && Integer.valueOf(attach.domain()).equals(attached.get(attach.endpoint()))) {
            return false;
        }
        Set<RequestStatus> answers = oracle.answers(request);
        return answers.equals(Set.of(RequestStatus.OK)) || answers.equals(Set.of(RequestStatus.NOENT));
    }

    private void request(String step, Operation request) {
        boolean granted =
                request instanceof Operation.Bypass || oracle.answers(request).contains(RequestStatus.OK);
        if (request instanceof Operation.Bypass write) {
            subject.port().writeConfig(IommuConfigLayout.BYPASS, 1, write.value() ? 1 : 0);
            trace.put(step, subject.next());
        } else {
            send(step, bytes(request), 0);
        }
        if (granted) {
            oracle.apply(request);
            note(request);
        }
    }

    private void note(Operation request) {
        if (request instanceof Operation.Attach attach) {
            attached.put(attach.endpoint(), attach.domain());
        } else if (request instanceof Operation.Detach detach) {
            attached.remove(detach.endpoint());
        }
    }

    private void send(String step, ByteBuffer request, int room) {
        subject.port().send(request.array(), room + RequestLayout.TAIL_SIZE, PROBE_SIZE);
        trace.put(step, subject.next());
    }

    private static ByteBuffer bytes(Operation request) {
        if (request instanceof Operation.Attach attach) {
            return Requests.attach(attach.domain(), attach.endpoint(), attach.bypass() ? AttachFlags.BYPASS : 0);
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
}
