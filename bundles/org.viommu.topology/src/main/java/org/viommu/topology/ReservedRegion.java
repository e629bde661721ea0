// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * I/O virtual addresses that an endpoint must not have mapped (virtio 1.4, IOMMU device, property RESV_MEM).
 *
 * @param start first address, unsigned
 * @param end last address, unsigned
 * @param kind what happens to accesses there
 */
public record ReservedRegion(long start, long end, Kind kind) {

    private static final Pattern TEXT =
            Pattern.compile("(?:0[xX])?([0-9a-fA-F]{1,16}):(?:0[xX])?([0-9a-fA-F]{1,16}):([01])");
    private static final int HEX = 16;

    /** What happens to an access to the region. */
    public enum Kind {
        /** Refused. */
        RESERVED,
        /** Passed on untranslated: writes there are message-signalled interrupts. */
        MSI
    }

    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException if the region ends before it starts
     */
    public ReservedRegion {
        if (Long.compareUnsigned(end, start) < 0) {
            throw new IllegalArgumentException("reserved region 0x" + Long.toHexString(start) + "-0x"
                    + Long.toHexString(end) + " ends before it starts");
        }
    }

    /**
     * Reads the notation of QEMU's property {@code reserved-regions}, such as {@code 0xfee00000:0xfeefffff:1}.
     *
     * @param text hexadecimal first and last address, and 0 for reserved or 1 for MSI
     * @return the region
     * @throws IllegalArgumentException saying what is allowed
     */
    public static ReservedRegion parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "write LOW:HIGH:TYPE with hexadecimal addresses and type 0 (reserved) or 1 (MSI), "
                            + "for example 0xfee00000:0xfeefffff:1");
        }
        return new ReservedRegion(
                Long.parseUnsignedLong(matcher.group(1), HEX),
                Long.parseUnsignedLong(matcher.group(2), HEX),
                matcher.group(3).equals("1") ? Kind.MSI : Kind.RESERVED);
    }

    /** For example {@code MSI 0xfee00000-0xfeefffff}. */
    @Override
    public String toString() {
        return kind + " 0x" + Long.toHexString(start) + "-0x" + Long.toHexString(end);
    }
}
