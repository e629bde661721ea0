// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.config.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.Topology;
import org.viommu.topology.UntranslatedNode;

/** The notation of {@link StaticTopologyConfiguration}. */
final class TopologySyntax {
    private static final Pattern ENDPOINTS = Pattern.compile("([^=@,]+)=([^=@,]+)@([^=@,]+)((?:,[^,]+)*)");
    private static final Pattern NUMBER = Pattern.compile("0[xX]([0-9a-fA-F]{1,16})");
    private static final int HEX = 16;
    private static final long LAST_ENDPOINT = 0xffff_ffffL;

    /** Devices of one entry; either two functions or an address. */
    private record Devices(PciAddress first, PciAddress last, long base) {}

    private final String pid;
    private final Topology.Builder topology;
    private final Set<IommuNode> iommus = new HashSet<>();

    TopologySyntax(String pid, Topology.Builder topology) {
        this.pid = pid;
        this.topology = topology;
    }

    /**
     * Adds the entries of a key, and the IOMMUs that they name.
     *
     * @throws IllegalArgumentException naming the PID, the key, the entry and what is wrong with it
     */
    void addEndpoints(String key, String... entries) {
        for (String entry : entries) {
            try {
                addEndpoint(entry.strip(), where(key, entry));
            } catch (IllegalArgumentException e) {
                throw refused(key, entry, e);
            }
        }
    }

    /**
     * Adds the entries of a key.
     *
     * @throws IllegalArgumentException naming the PID, the key, the entry and what is wrong with it
     */
    void addUntranslated(String key, String... entries) {
        for (String entry : entries) {
            try {
                Devices devices = devices(entry.strip());
                topology.untranslated(
                        devices.first() == null
                                ? new UntranslatedNode.Platform(devices.base())
                                : new UntranslatedNode.PciRange(devices.first(), devices.last()),
                        where(key, entry));
            } catch (IllegalArgumentException e) {
                throw refused(key, entry, e);
            }
        }
    }

    private void addEndpoint(String entry, String where) {
        Matcher matcher = ENDPOINTS.matcher(entry);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("write DEVICES=ENDPOINT@IOMMU, for example 00:02.0=0x10@00:01.0");
        }
        Devices devices = devices(matcher.group(1).strip());
        int endpoint = endpoint(matcher.group(2).strip());
        IommuNode iommu = iommu(matcher.group(3).strip());
        List<ReservedRegion> reserved = new ArrayList<>();
        for (String region : matcher.group(4).split(",")) {
            if (!region.isBlank()) {
                reserved.add(ReservedRegion.parse(region));
            }
        }
        if (iommus.add(iommu)) {
            topology.iommu(iommu, where);
        }
        topology.endpoint(
                devices.first() == null
                        ? new EndpointNode.Platform(devices.base(), endpoint, iommu, reserved)
                        : new EndpointNode.PciRange(devices.first(), devices.last(), endpoint, iommu, reserved),
                where);
    }

    private static Devices devices(String text) {
        if (NUMBER.matcher(text).matches()) {
            return new Devices(null, null, address(text));
        }
        String[] bounds = text.split("-", 2);
        PciAddress first = PciAddress.parse(bounds[0].strip());
        return new Devices(first, bounds.length == 1 ? first : PciAddress.parse(bounds[1].strip()), 0);
    }

    private static int endpoint(String text) {
        try {
            long endpoint = Long.decode(text);
            if (endpoint >= 0 && endpoint <= LAST_ENDPOINT) {
                return (int) endpoint;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number that is too large.
        }
        throw new IllegalArgumentException("'" + text + "' is no endpoint ID of 0 to 0xffffffff");
    }

    private static IommuNode iommu(String text) {
        return NUMBER.matcher(text).matches()
                ? new IommuNode.MmioWindow(address(text))
                : new IommuNode.PciFunction(PciAddress.parse(text));
    }

    private static long address(String text) {
        return Long.parseUnsignedLong(text.substring(2), HEX);
    }

    private static String where(String key, String entry) {
        return key + " '" + entry.strip() + "'";
    }

    private IllegalArgumentException refused(String key, String entry, IllegalArgumentException why) {
        return new IllegalArgumentException(pid + ": " + key + ": '" + entry + "': " + why.getMessage(), why);
    }
}
