// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import static org.viommu.conformance.Level.CHOICE;
import static org.viommu.conformance.Level.MAY;
import static org.viommu.conformance.Level.SHOULD;
import static org.viommu.conformance.internal.Procedure.check;

import java.nio.ByteBuffer;
import java.util.List;
import org.viommu.conformance.Answer;
import org.viommu.conformance.Check;
import org.viommu.virtio.iommu.FaultFlags;
import org.viommu.virtio.iommu.FaultLayout;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;

/** Fault reports (virtio 1.4, 5.13.6.9). */
public final class FaultChecks {
    private static final String SECTION = "5.13.6.9.2";
    private static final int DEFINED = FaultFlags.READ | FaultFlags.WRITE | FaultFlags.ADDRESS;

    /** Enough for the head of a report only. */
    private static final int SHORT = 8;

    private FaultChecks() {}

    /**
     * These checks.
     *
     * @return in the order of the standard
     */
    public static List<Check> all() {
        return List.of(
                check("D50", SHOULD, SECTION, "the reserved fields of a report are zero", FaultChecks::reserved),
                check("D51", SHOULD, SECTION, "the undefined flags of a report are zero", FaultChecks::flags),
                check("D52", SHOULD, SECTION, "a report names the endpoint", FaultChecks::endpoint),
                check("D53", MAY, SECTION, "a report may leave out the address", FaultChecks::address),
                check("D54", SHOULD, SECTION, "a report does not span buffers", FaultChecks::shortBuffer),
                check(
                        "C18",
                        CHOICE,
                        SECTION,
                        "the reason is MAPPING where nothing is mapped, or not for this access",
                        FaultChecks::mapping),
                check("C19", CHOICE, SECTION, "the reason is DOMAIN if the endpoint is in none", FaultChecks::domain),
                check("C20", CHOICE, SECTION, "READ or WRITE says which access was refused", FaultChecks::direction));
    }

    private static String reserved(Guest guest) throws Unmet, NotObservable {
        ByteBuffer report = unmapped(guest);
        int reserved = report.get(1) | report.get(2) | report.get(3) | report.getInt(FaultLayout.RESERVED1);
        if (reserved != 0) {
            throw new Unmet(describe(report));
        }
        return describe(report);
    }

    private static String flags(Guest guest) throws Unmet, NotObservable {
        ByteBuffer report = unmapped(guest);
        if ((report.getInt(FaultLayout.FLAGS) & ~DEFINED) != 0) {
            throw new Unmet(describe(report));
        }
        return describe(report);
    }

    private static String endpoint(Guest guest) throws Unmet, NotObservable {
        ByteBuffer report = unmapped(guest);
        if (report.getInt(FaultLayout.ENDPOINT) != guest.endpoint()) {
            throw new Unmet(describe(report));
        }
        return describe(report);
    }

    private static String address(Guest guest) throws Unmet, NotObservable {
        ByteBuffer report = unmapped(guest);
        boolean given = (report.getInt(FaultLayout.FLAGS) & FaultFlags.ADDRESS) != 0;
        if (given && report.getLong(FaultLayout.ADDRESS) != guest.plan().page(0)) {
            throw new Unmet(
                    "%s, for 0x%x".formatted(describe(report), guest.plan().page(0)));
        }
        return describe(report);
    }

    private static String shortBuffer(Guest guest) throws Unmet, NotObservable {
        int endpoint = guest.dmaEndpoint();
        guest.attached(0, endpoint);
        guest.port().offerEvent(SHORT);
        guest.port().offerEvent(FaultLayout.SIZE);
        guest.port().read(endpoint, guest.plan().page(0), new byte[8]);
        Answer first = guest.report();
        if (first.usedLength() == FaultLayout.SIZE) {
            return "the report is in the buffer that is large enough";
        }
        if (first.usedLength() > SHORT) {
            throw new Unmet("%d bytes in a buffer of %d".formatted(first.usedLength(), SHORT));
        }
        guest.port().read(endpoint, guest.plan().page(1), new byte[8]);
        Answer second = guest.report();
        ByteBuffer report = second.fields();
        if (second.usedLength() != FaultLayout.SIZE || report.getInt(FaultLayout.ENDPOINT) != endpoint) {
            throw new Unmet("a report that follows has %d bytes: %s".formatted(second.usedLength(), describe(report)));
        }
        return "the short buffer came back with %d bytes, then a whole report".formatted(first.usedLength());
    }

    private static String mapping(Guest guest) throws Unmet, NotObservable {
        expectReason(unmapped(guest), FaultReason.MAPPING);
        int domain = guest.attached(0, guest.endpoint());
        guest.mapped(domain, 1, 1, MapFlags.READ);
        guest.port().offerEvent(FaultLayout.SIZE);
        guest.port().write(guest.endpoint(), guest.plan().page(1), (byte) 1);
        return expectReason(report(guest), FaultReason.MAPPING);
    }

    private static String domain(Guest guest) throws Unmet, NotObservable {
        int endpoint = guest.dmaEndpoint();
        guest.bypass(false);
        guest.port().offerEvent(FaultLayout.SIZE);
        guest.port().read(endpoint, guest.plan().page(0), new byte[8]);
        return expectReason(report(guest), FaultReason.DOMAIN);
    }

    private static String direction(Guest guest) throws Unmet, NotObservable {
        int endpoint = guest.dmaEndpoint();
        ByteBuffer read = unmapped(guest);
        guest.port().offerEvent(FaultLayout.SIZE);
        guest.port().write(endpoint, guest.plan().page(2), (byte) 1);
        ByteBuffer write = report(guest);
        int both = FaultFlags.READ | FaultFlags.WRITE;
        if ((read.getInt(FaultLayout.FLAGS) & both) != FaultFlags.READ
                || (write.getInt(FaultLayout.FLAGS) & both) != FaultFlags.WRITE) {
            throw new Unmet("read: %s; write: %s".formatted(describe(read), describe(write)));
        }
        return "READ for a read, WRITE for a write";
    }

    /** The report of a read at page 0, where nothing is mapped. */
    private static ByteBuffer unmapped(Guest guest) throws Unmet, NotObservable {
        guest.needs(IommuFeatures.MAP_UNMAP, "MAP_UNMAP");
        int endpoint = guest.dmaEndpoint();
        guest.attached(0, endpoint);
        guest.port().offerEvent(FaultLayout.SIZE);
        guest.port().read(endpoint, guest.plan().page(0), new byte[8]);
        return report(guest);
    }

    private static ByteBuffer report(Guest guest) throws Unmet {
        Answer event = guest.report();
        if (event.usedLength() != FaultLayout.SIZE) {
            throw new Unmet("a report of %d bytes".formatted(event.usedLength()));
        }
        return event.fields();
    }

    private static String expectReason(ByteBuffer report, FaultReason wanted) throws Unmet {
        if (report.get(FaultLayout.REASON) != wanted.value()) {
            throw new Unmet("%s (not %s)".formatted(describe(report), wanted));
        }
        return describe(report);
    }

    private static String describe(ByteBuffer report) {
        return "%s, flags 0x%x, endpoint 0x%x, address 0x%x"
                .formatted(
                        FaultReason.of(Byte.toUnsignedInt(report.get(FaultLayout.REASON))),
                        report.getInt(FaultLayout.FLAGS),
                        report.getInt(FaultLayout.ENDPOINT),
                        report.getLong(FaultLayout.ADDRESS));
    }
}
