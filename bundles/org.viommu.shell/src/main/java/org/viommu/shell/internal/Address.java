// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

/**
 * An address or ID, which people read and write in hexadecimal.
 *
 * @param value unsigned
 */
public record Address(long value) implements Comparable<Address> {
    private static final int HEX = 16;

    /**
     * Reads decimal or, after {@code 0x}, hexadecimal digits.
     *
     * @param what names the value in the error message
     * @param text unsigned 64-bit number
     * @throws IllegalArgumentException saying what is allowed
     */
    static Address parse(String what, String text) {
        try {
            return new Address(
                    text.startsWith("0x") || text.startsWith("0X")
                            ? Long.parseUnsignedLong(text.substring(2), HEX)
                            : Long.parseUnsignedLong(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    what + ": '" + text + "': write an unsigned number, decimal or 0x and hexadecimal", e);
        }
    }

    /**
     * Reads a 32-bit ID.
     *
     * @throws IllegalArgumentException saying what is allowed
     */
    static int parseId(String what, String text) {
        long value = parse(what, text).value();
        if (value >>> Integer.SIZE != 0) {
            throw new IllegalArgumentException(what + ": '" + text + "': allowed are 0 to 0xffffffff");
        }
        return (int) value;
    }

    static Address ofId(int id) {
        return new Address(Integer.toUnsignedLong(id));
    }

    @Override
    public int compareTo(Address other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return "0x" + Long.toHexString(value);
    }
}
