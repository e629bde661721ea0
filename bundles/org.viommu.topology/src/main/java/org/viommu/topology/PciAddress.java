// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a PCI function sits, as the guest sees it.
 *
 * @param segment PCI segment group, 0 to 0xffff
 * @param bus bus number, 0 to 0xff
 * @param device device number, 0 to 0x1f
 * @param function function number, 0 to 7
 */
public record PciAddress(int segment, int bus, int device, int function) implements Comparable<PciAddress> {
    private static final Pattern TEXT =
            Pattern.compile("(?:([0-9a-fA-F]{4}):)?([0-9a-fA-F]{2}):([0-9a-fA-F]{2})\\.([0-7])");

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if a part is out of its range
     */
    public PciAddress {
        check("segment", segment, 0xffff);
        check("bus", bus, 0xff);
        check("device", device, 0x1f);
        check("function", function, 7);
    }

    /**
     * The function with a given routing identifier.
     *
     * @param segment PCI segment group, 0 to 0xffff
     * @param bdf bus in bits 15 to 8, device in bits 7 to 3, function in bits 2 to 0
     * @return its address
     * @throws IllegalArgumentException if a value is out of its range
     */
    public static PciAddress of(int segment, int bdf) {
        check("bdf", bdf, 0xffff);
        return new PciAddress(segment, bdf >> 8, bdf >> 3 & 0x1f, bdf & 7);
    }

    /**
     * Reads the usual notation, for example {@code 0000:00:02.0}, or {@code 00:02.0} for segment 0; the digits are hexadecimal.
     *
     * @param text what to read
     * @return the address
     * @throws IllegalArgumentException if the text is none; the message contains it
     */
    public static PciAddress parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no PCI address; write segment:bus:device.function, for example 0000:00:02.0");
        }
        int segment = matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1), 16);
        int device = Integer.parseInt(matcher.group(3), 16);
        if (device > 0x1f) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no PCI address: device " + matcher.group(3) + " is above 1f");
        }
        return new PciAddress(
                segment, Integer.parseInt(matcher.group(2), 16), device, Integer.parseInt(matcher.group(4), 16));
    }

    /**
     * The routing identifier within the segment.
     *
     * @return bus in bits 15 to 8, device in bits 7 to 3, function in bits 2 to 0
     */
    public int bdf() {
        return bus << 8 | device << 3 | function;
    }

    /** Orders by segment, then by routing identifier. */
    @Override
    public int compareTo(PciAddress other) {
        return Integer.compareUnsigned(segment << 16 | bdf(), other.segment << 16 | other.bdf());
    }

    /** The usual notation with the segment, for example {@code 0000:00:02.0}. */
    @Override
    public String toString() {
        return String.format("%04x:%02x:%02x.%x", segment, bus, device, function);
    }

    private static void check(String part, int value, int last) {
        if (value < 0 || value > last) {
            throw new IllegalArgumentException(
                    "PCI " + part + " " + value + " is not in 0.." + last + " (0x" + Integer.toHexString(last) + ")");
        }
    }
}
