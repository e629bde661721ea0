// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.viommu.conformance.Answer;
import org.viommu.conformance.DevicePort;
import org.viommu.conformance.Limits;
import org.viommu.conformance.ReservedRange;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;

/** The driver that a check plays: sends requests, and asks for the answers that it expects. */
public final class Guest {
    static final int READ_WRITE = MapFlags.READ | MapFlags.WRITE;

    /** All that the standard defines, but for what BYPASS_CONFIG has superseded. */
    private static final long WANTED = IommuFeatures.INPUT_RANGE
            | IommuFeatures.DOMAIN_RANGE
            | IommuFeatures.MAP_UNMAP
            | IommuFeatures.PROBE
            | IommuFeatures.MMIO
            | IommuFeatures.BYPASS_CONFIG;

    private final DevicePort port;
    private final AddressPlan plan;
    private long features;

    /** Starts the device with all of its features, and looks for addresses that are free. */
    public Guest(DevicePort port) throws Unmet {
        this.port = port;
        start(WANTED & port.offeredFeatures());
        plan = AddressPlan.of(this);
    }

    /** Starts the device anew. */
    public void start(long wanted) throws Unmet {
        features = wanted;
        if (!port.start(wanted)) {
            throw new Unmet("features 0x%x are not accepted".formatted(wanted));
        }
    }

    public DevicePort port() {
        return port;
    }

    /** Features of the IOMMU that are accepted. */
    public long features() {
        return features;
    }

    public boolean has(long feature) {
        return (features & feature) != 0;
    }

    /** Asks for features without which a check has nothing to examine. */
    public void needs(long feature, String name) throws NotObservable {
        if (!has(feature)) {
            throw new NotObservable(name + " is not offered");
        }
    }

    public AddressPlan plan() {
        return plan;
    }

    /** A domain ID that the device allows: the first, the second, and so on. */
    public int domain(int index) {
        long start = has(IommuFeatures.DOMAIN_RANGE) ? config(IommuConfigLayout.DOMAIN_RANGE_START, 4) : 0;
        return (int) start + 1 + index;
    }

    /** An endpoint that exists, and can access memory if any can. */
    public int endpoint() {
        List<Integer> able = port.dmaEndpoints();
        return able.isEmpty() ? port.endpoints().get(0) : able.get(0);
    }

    /** Another endpoint that exists. */
    public int otherEndpoint() throws NotObservable {
        int first = endpoint();
        return port.endpoints().stream()
                .filter(endpoint -> endpoint != first)
                .findFirst()
                .orElseThrow(() -> new NotObservable("there is one endpoint only"));
    }

    /** An endpoint that can access memory. */
    public int dmaEndpoint() throws NotObservable {
        if (port.dmaEndpoints().isEmpty()) {
            throw new NotObservable("no endpoint can be made access memory");
        }
        return endpoint();
    }

    public long config(int offset, int size) {
        return port.readConfig(offset, size);
    }

    /** What the device says of itself. */
    public Limits limits() throws Unmet {
        Map<Integer, List<ReservedRange>> reserved = new LinkedHashMap<>();
        for (int endpoint : port.endpoints()) {
            reserved.put(endpoint, reserved(endpoint));
        }
        boolean limited = has(IommuFeatures.DOMAIN_RANGE);
        return new Limits(
                plan.granule(),
                plan.inputStart(),
                plan.inputEnd(),
                limited ? (int) config(IommuConfigLayout.DOMAIN_RANGE_START, Integer.BYTES) : 0,
                limited ? (int) config(IommuConfigLayout.DOMAIN_RANGE_END, Integer.BYTES) : -1,
                reserved);
    }

    /** Whether unattached endpoints bypass. */
    public boolean bypass() {
        boolean offered = (port.offeredFeatures() & IommuFeatures.BYPASS_CONFIG) != 0;
        return offered && config(IommuConfigLayout.BYPASS, 1) != 0;
    }

    /** Sets the global bypass; unattached endpoints follow it. */
    public void bypass(boolean value) throws NotObservable {
        needs(IommuFeatures.BYPASS_CONFIG, "BYPASS_CONFIG");
        port.writeConfig(IommuConfigLayout.BYPASS, 1, value ? 1 : 0);
    }

    public Answer send(ByteBuffer request) {
        return port.send(request.array(), RequestLayout.TAIL_SIZE, Integer.MAX_VALUE);
    }

    public Answer attach(int domain, int endpoint, int flags) {
        return send(Requests.attach(domain, endpoint, flags));
    }

    public Answer detach(int domain, int endpoint) {
        return send(Requests.detach(domain, endpoint));
    }

    public Answer map(int domain, long start, long end, long physical, int flags) {
        return send(Requests.map(domain, start, end, physical, flags));
    }

    public Answer unmap(int domain, long start, long end) {
        return send(Requests.unmap(domain, start, end));
    }

    /** Size of the properties in a PROBE answer. */
    public int probeSize() {
        return (int) config(IommuConfigLayout.PROBE_SIZE, 4);
    }

    public Answer probe(int endpoint) {
        return port.send(Requests.probe(endpoint).array(), probeSize() + RequestLayout.TAIL_SIZE, Integer.MAX_VALUE);
    }

    /** What is reserved for an endpoint. */
    public List<ReservedRange> reserved(int endpoint) throws Unmet {
        List<ReservedRange> regions = new ArrayList<>();
        if (has(IommuFeatures.PROBE)) {
            Answer answer = probe(endpoint);
            if (answer.status(probeSize()) == RequestStatus.OK) {
                Property.parse(answer.fields(), probeSize()).stream()
                        .filter(Property::reservedMemory)
                        .map(Property::region)
                        .forEach(regions::add);
            }
        }
        return regions;
    }

    /** Attaches an endpoint to a new domain, as a step towards what a check examines. */
    public int attached(int index, int endpoint) throws Unmet {
        int domain = domain(index);
        expect(RequestStatus.OK, attach(domain, endpoint, 0), "ATTACH");
        return domain;
    }

    /** Maps pages one to one onto the arena, as a step towards what a check examines. */
    public void mapped(int domain, int firstPage, int lastPage, int flags) throws Unmet {
        expect(
                RequestStatus.OK,
                map(domain, plan.page(firstPage), plan.pageEnd(lastPage), plan.physical(firstPage), flags),
                "MAP");
    }

    /** UNMAP of pages. */
    public Answer unmapped(int domain, int firstPage, int lastPage) {
        return unmap(domain, plan.page(firstPage), plan.pageEnd(lastPage));
    }

    /** Asks for an answer. */
    public String expect(RequestStatus wanted, Answer answer, String request) throws Unmet {
        if (answer.status(0) != wanted) {
            throw new Unmet("%s: %s (not %s)".formatted(request, answer, wanted));
        }
        return request + ": " + wanted;
    }

    /** Asks for one of two answers. */
    public String expect(RequestStatus wanted, RequestStatus alternative, Answer answer, String request) throws Unmet {
        return expect(answer.status(0) == alternative ? alternative : wanted, answer, request);
    }

    /** Asks for a buffer that came back as it was. */
    public void expectUnwritten(Answer answer, String request) throws Unmet {
        if (!answer.unwritten()) {
            throw new Unmet("%s: %s (not unwritten)".formatted(request, answer));
        }
    }

    /** Asks that a page is, or is not, mapped; the answer to one more MAP tells. */
    public void expectMapped(int domain, int page, boolean wanted) throws Unmet {
        Answer answer = map(domain, plan.page(page), plan.pageEnd(page), plan.physical(page), READ_WRITE);
        boolean present = answer.status(0) == RequestStatus.INVAL;
        if (!present) {
            expect(RequestStatus.OK, answer, "MAP of page " + page);
            expect(RequestStatus.OK, unmapped(domain, page, page), "UNMAP of page " + page);
        }
        if (present != wanted) {
            throw new Unmet("page %d is %s".formatted(page, present ? "still mapped" : "not mapped any more"));
        }
    }

    /** Asks that an endpoint reads at an address what is, or that it may not. */
    public void expectRead(int endpoint, long address, long physical, boolean wanted) throws Unmet {
        byte[] there = marked(physical);
        byte[] target = new byte[there.length];
        boolean done = port.read(endpoint, address, target);
        if (done != wanted) {
            throw new Unmet("a read at 0x%x is %s".formatted(address, done ? "let through" : "refused"));
        }
        if (done && !Arrays.equals(target, there)) {
            throw new Unmet("a read at 0x%x does not reach 0x%x".formatted(address, physical));
        }
    }

    /** Asks that an endpoint writes at an address what then is in memory, or that it may not and does not. */
    public void expectWrite(int endpoint, long address, long physical, boolean wanted) throws Unmet {
        byte[] before = marked(physical);
        byte[] source = {8, 7, 6, 5, 4, 3, 2, 1};
        boolean done = port.write(endpoint, address, source);
        byte[] after = new byte[before.length];
        port.peek(physical, after);
        if (!Arrays.equals(after, wanted ? source : before)) {
            throw new Unmet("a write at 0x%x %s memory at 0x%x"
                    .formatted(address, wanted ? "does not change" : "changes", physical));
        }
        if (done != wanted) {
            throw new Unmet("a write at 0x%x is %s".formatted(address, done ? "let through" : "refused"));
        }
    }

    /** The next fault report. */
    public Answer report() throws Unmet {
        Optional<Answer> event = port.nextEvent();
        return event.orElseThrow(() -> new Unmet("no fault report came"));
    }

    private byte[] marked(long physical) {
        byte[] bytes = {(byte) (physical >>> 12), 2, 3, 5, 7, 11, 13, (byte) 0xa5};
        port.poke(physical, bytes);
        return bytes;
    }
}
