// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

/**
 * Bytes that are not the table they are supposed to be.
 */
public final class TopologyFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Where the field starts. */
    private final long offset;

    /** Its name in the standard. */
    private final String field;

    /** What was found there. */
    private final String value;

    /**
     * Names the place and what is wrong.
     *
     * @param offset of the field from the start of the table, in bytes
     * @param field its name in the standard
     * @param value what was found there, as a reader of the standard would write it
     * @param expected what is allowed there, to follow the value in a sentence, for example {@code must be 36 to 112}
     */
    public TopologyFormatException(long offset, String field, String value, String expected) {
        super("byte 0x" + Long.toHexString(offset) + ": " + field + " is " + value + ", " + expected);
        this.offset = offset;
        this.field = field;
        this.value = value;
    }

    /**
     * Text from a table as it can be shown on a terminal.
     *
     * @param text characters of one byte each
     * @return the text with its codes in place of characters that are no printable ASCII, for example {@code \\x1b}
     */
    public static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.chars()
                .forEach(c ->
                        printable.append(c > ' ' && c < 0x7f ? String.valueOf((char) c) : String.format("\\x%02x", c)));
        return printable.toString();
    }

    /**
     * Where the field starts.
     *
     * @return distance from the start of the table, in bytes
     */
    public long offset() {
        return offset;
    }

    /**
     * The field.
     *
     * @return its name in the standard
     */
    public String field() {
        return field;
    }

    /**
     * What was found there.
     *
     * @return the value as text
     */
    public String value() {
        return value;
    }
}
