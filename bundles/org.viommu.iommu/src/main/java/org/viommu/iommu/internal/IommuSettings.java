// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.viommu.configuration.Change;
import org.viommu.configuration.SettingException;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.ReservedRegion;
import org.viommu.virtqueue.RingFeatures;

/**
 * The checked configuration of a device.
 *
 * @param machine name of the machine
 * @param name name of the device within it
 * @param node where the guest finds the device
 * @param bootBypass whether unattached endpoints bypass when the machine boots
 * @param granule smallest unit of a mapping, in bytes, a power of two
 * @param inputEnd last I/O virtual address that can be translated, unsigned
 * @param reserved what is reserved for every endpoint
 * @param rings ring features to offer
 * @param quotas what a guest may use up
 * @param protocol how it talks with its driver
 * @param pollMaxNanos how long the device may watch its queues before it sleeps; 0 for not at all
 */
record IommuSettings(
        String machine,
        String name,
        IommuNode node,
        boolean bootBypass,
        long granule,
        long inputEnd,
        List<ReservedRegion> reserved,
        long rings,
        Quotas quotas,
        Protocol protocol,
        int pollMaxNanos) {
    /** Keys whose change does not disturb a device at work. */
    private static final Set<String> LIVE =
            Set.of("boot-bypass", "max-domains", "max-endpoints", "max-mappings", "poll-max-ns", "store.target");

    private static final List<String> GRANULES = List.of("4k", "8k", "16k", "64k");
    private static final int MIN_WIDTH = 32;
    private static final int MAX_POLL_NANOS = 1_000_000_000;

    /**
     * Checks a configuration.
     *
     * @throws IllegalArgumentException naming the PID, the key, the value and what is allowed
     */
    static IommuSettings of(IommuConfiguration configuration) {
        return new IommuSettings(
                text("machine", configuration.machine()),
                text("name", configuration.name()),
                node(text("address", configuration.address())),
                configuration.boot$_$bypass(),
                granule(configuration.granule()),
                inputEnd(configuration.aw$_$bits()),
                reserved(configuration.reserved$_$regions()),
                RingFeatures.offer(configuration.packed(), configuration.in__order()),
                new Quotas(
                        positive("max-domains", configuration.max$_$domains()),
                        positive("max-endpoints", configuration.max$_$endpoints()),
                        positive("max-mappings", configuration.max$_$mappings())),
                new Protocol(
                        dialect(configuration.dialect()),
                        compatibility(configuration.compat()),
                        configuration.legacy$_$bypass(),
                        domainEnd(configuration.domain$_$bits())),
                pollMaxNanos(configuration.poll$_$max$_$ns()));
    }

    /** Those of the changes of a configuration that a device at work cannot follow. */
    static List<Change> disturbing(List<Change> changes) {
        return changes.stream().filter(change -> !LIVE.contains(change.key())).toList();
    }

    /** The device's name among all of this process. */
    String qualifiedName() {
        return machine + "/" + name;
    }

    /** What the mappings of a domain depend on: with another value they would not be as the guest made them. */
    String fingerprint() {
        return "granule=%d input-end=0x%x reserved=%s".formatted(granule, inputEnd, reserved);
    }

    private static String text(String key, String value) {
        if (value == null || value.isBlank()) {
            throw refused(key, value, "a name is needed");
        }
        return value.strip();
    }

    private static IommuNode node(String address) {
        try {
            return new IommuNode.PciFunction(PciAddress.parse(address));
        } catch (IllegalArgumentException e) {
            throw refused("address", address, e.getMessage());
        }
    }

    private static long granule(String value) {
        if (!GRANULES.contains(value)) {
            throw refused("granule", value, "allowed are " + String.join(", ", GRANULES));
        }
        return Long.parseLong(value.substring(0, value.length() - 1)) << 10;
    }

    private static long inputEnd(int width) {
        if (width < MIN_WIDTH || width > Long.SIZE) {
            throw refused("aw-bits", width, "allowed are " + MIN_WIDTH + " to " + Long.SIZE);
        }
        return -1L >>> Long.SIZE - width;
    }

    private static int domainEnd(int bits) {
        if (bits < 1 || bits > Integer.SIZE) {
            throw refused("domain-bits", bits, "allowed are 1 to " + Integer.SIZE);
        }
        return -1 >>> Integer.SIZE - bits;
    }

    private static Dialect dialect(String value) {
        return chosen("dialect", value, Dialect.values(), Dialect::key);
    }

    private static Compatibility compatibility(String value) {
        return chosen("compat", value, Compatibility.values(), Compatibility::key);
    }

    private static <T> T chosen(String key, String value, T[] choices, Function<T, String> name) {
        return Arrays.stream(choices)
                .filter(choice -> name.apply(choice).equals(value))
                .findFirst()
                .orElseThrow(() -> refused(
                        key,
                        value,
                        "allowed are " + Arrays.stream(choices).map(name).collect(Collectors.joining(", "))));
    }

    private static int pollMaxNanos(int nanos) {
        if (nanos < 0 || nanos > MAX_POLL_NANOS) {
            throw refused("poll-max-ns", nanos, "allowed are 0 to " + MAX_POLL_NANOS);
        }
        return nanos;
    }

    private static List<ReservedRegion> reserved(String... values) {
        List<ReservedRegion> regions = new ArrayList<>();
        for (String value : values) {
            try {
                ReservedRegion region = ReservedRegion.parse(value);
                ReservedRegionSyntax.checkBeside(region, regions);
                regions.add(region);
            } catch (IllegalArgumentException e) {
                throw refused("reserved-regions", value, e.getMessage());
            }
        }
        return List.copyOf(regions);
    }

    private static int positive(String key, int number) {
        if (number < 1) {
            throw refused(key, number, "must be at least 1");
        }
        return number;
    }

    private static SettingException refused(String key, Object value, String why) {
        return new SettingException(IommuConfiguration.PID, key, value, why);
    }
}
