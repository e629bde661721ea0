// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import static org.viommu.conformance.Level.CHOICE;
import static org.viommu.conformance.Level.MUST;
import static org.viommu.conformance.Level.SHOULD;
import static org.viommu.conformance.internal.Procedure.check;
import static org.viommu.virtio.iommu.RequestStatus.NOENT;
import static org.viommu.virtio.iommu.RequestStatus.OK;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.viommu.conformance.Answer;
import org.viommu.conformance.Check;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestType;

/** What holds for requests of all types (virtio 1.4, 5.13.6, and the rules of virtqueues). */
public final class FramingChecks {
    private static final int TAIL = RequestLayout.TAIL_SIZE;
    private static final int WHOLE = Integer.MAX_VALUE;

    private FramingChecks() {}

    /**
     * These checks.
     *
     * @return in the order of the standard
     */
    public static List<Check> all() {
        return List.of(
                check("D9", SHOULD, "5.13.6.2", "a request that succeeds is answered OK", FramingChecks::success),
                check(
                        "D10",
                        SHOULD,
                        "5.13.6.2",
                        "a request of unknown type comes back unwritten",
                        FramingChecks::unknownType),
                check("D11", MUST, "5.13.6.2", "the reserved field of a head is ignored", FramingChecks::headReserved),
                check("D12", SHOULD, "5.13.6.2", "the reserved field of a tail is zero", FramingChecks::tailReserved),
                check(
                        "D55",
                        SHOULD,
                        "5.13.6",
                        "a request that cannot be parsed comes back unwritten",
                        FramingChecks::unparseable),
                check("G1", MUST, "2.7.4.2", "where descriptors end does not matter", FramingChecks::framing),
                check(
                        "C1",
                        CHOICE,
                        "5.13.6",
                        "the used length is exactly that of the answer, also of errors",
                        FramingChecks::usedLength),
                check(
                        "C2",
                        CHOICE,
                        "5.13.6",
                        "more readable bytes than a type needs are accepted",
                        FramingChecks::longRequest),
                check(
                        "C3",
                        CHOICE,
                        "5.13.6",
                        "the tail is at the start of a larger writable part",
                        FramingChecks::largeAnswer));
    }

    private static String success(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int domain = guest.attached(0, guest.endpoint());
        guest.mapped(domain, 0, 0, Guest.READ_WRITE);
        guest.expect(OK, guest.unmapped(domain, 0, 0), "UNMAP");
        guest.expect(OK, guest.detach(domain, guest.endpoint()), "DETACH");
        return "ATTACH, MAP, UNMAP, DETACH: OK";
    }

    private static String unknownType(Guest guest) throws Unmet {
        for (int type : new int[] {0, 6, 99, 255}) {
            ByteBuffer request = Requests.empty(64).put(RequestLayout.TYPE, (byte) type);
            guest.expectUnwritten(guest.send(request), "type " + type);
        }
        guest.attached(0, guest.endpoint());
        return "types 0, 6, 99, 255: unwritten";
    }

    private static String headReserved(Guest guest) throws Unmet {
        for (int offset = 1; offset < RequestLayout.HEAD_SIZE; offset++) {
            ByteBuffer request = Requests.attach(guest.domain(offset), guest.endpoint(), 0);
            guest.expect(OK, guest.send(request.put(offset, (byte) 0xff)), "ATTACH with byte %d set".formatted(offset));
        }
        return "ATTACH with bytes 1, 2, 3 set: OK";
    }

    private static String tailReserved(Guest guest) throws Unmet {
        int domain = guest.domain(0);
        List<Answer> answers = List.of(
                guest.attach(domain, guest.endpoint(), 0),
                guest.attach(domain, guest.port().absentEndpoint(), 0));
        for (Answer answer : answers) {
            byte[] tail = answer.writable();
            if (answer.status(0) == null || tail[1] != 0 || tail[2] != 0 || tail[3] != 0) {
                throw new Unmet("%s, tail %s".formatted(answer, Arrays.toString(tail)));
            }
        }
        return "zero with OK and with an error";
    }

    private static String unparseable(Guest guest) throws Unmet {
        for (RequestType type : types(guest)) {
            int size = Requests.size(type);
            byte[] whole = Requests.request(type, guest.domain(0)).array();
            int writable = type == RequestType.PROBE ? guest.probeSize() + TAIL : TAIL;
            for (int length : new int[] {1, RequestLayout.HEAD_SIZE, size - 1}) {
                Answer answer = guest.port().send(Arrays.copyOf(whole, length), writable, WHOLE);
                guest.expectUnwritten(answer, "%s of %d bytes".formatted(type, length));
            }
            for (int room = 0; room < TAIL; room++) {
                Answer answer = guest.port().send(whole, room, WHOLE);
                guest.expectUnwritten(answer, "%s with room for %d bytes".formatted(type, room));
            }
        }
        guest.attached(0, guest.endpoint());
        return "too short, or no room for the tail: unwritten";
    }

    private static String framing(Guest guest) throws Unmet {
        int domain = guest.domain(0);
        byte[] request = Requests.attach(domain, guest.endpoint(), 0).array();
        for (int cut : new int[] {1, 3, 5, 16}) {
            guest.expect(OK, guest.port().send(request, TAIL, cut), "ATTACH in pieces of %d bytes".formatted(cut));
            guest.expect(OK, guest.detach(domain, guest.endpoint()), "DETACH");
        }
        return "pieces of 1, 3, 5 and 16 bytes";
    }

    private static String usedLength(Guest guest) throws Unmet {
        int domain = guest.domain(0);
        List<Answer> answers = new ArrayList<>();
        answers.add(guest.attach(domain, guest.endpoint(), 0));
        answers.add(guest.attach(domain, guest.port().absentEndpoint(), 0));
        answers.add(guest.detach(guest.domain(1), guest.endpoint()));
        if (guest.has(IommuFeatures.MAP_UNMAP)) {
            answers.add(guest.unmapped(guest.domain(1), 0, 0));
        }
        for (Answer answer : answers) {
            if (answer.usedLength() != TAIL) {
                throw new Unmet(answer.toString());
            }
        }
        if (guest.has(IommuFeatures.PROBE)) {
            int size = guest.probeSize();
            Answer absent = guest.probe(guest.port().absentEndpoint());
            if (absent.status(size) != NOENT || absent.usedLength() != size + TAIL) {
                throw new Unmet("PROBE of an endpoint that does not exist: " + absent);
            }
        }
        return "4, and probe_size + 4 for PROBE";
    }

    private static String longRequest(Guest guest) throws Unmet {
        ByteBuffer request = Requests.empty(100)
                .put(Requests.attach(guest.domain(0), guest.endpoint(), 0).array());
        return guest.expect(OK, guest.send(request), "ATTACH of 100 bytes");
    }

    private static String largeAnswer(Guest guest) throws Unmet {
        byte[] request = Requests.attach(guest.domain(0), guest.endpoint(), 0).array();
        Answer answer = guest.port().send(request, 100, WHOLE);
        guest.expect(OK, answer, "ATTACH with room for 100 bytes");
        if (answer.usedLength() != TAIL || !answer.untouched(TAIL)) {
            throw new Unmet(answer.toString());
        }
        return answer.toString();
    }

    /** The types that exist with what is accepted. */
    private static List<RequestType> types(Guest guest) {
        return Arrays.stream(RequestType.values())
                .filter(type -> switch (type) {
                    case ATTACH, DETACH -> true;
                    case MAP, UNMAP -> guest.has(IommuFeatures.MAP_UNMAP);
                    case PROBE -> guest.has(IommuFeatures.PROBE);
                })
                .toList();
    }
}
