// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.util.Locale;

/**
 * What came out of a check.
 *
 * @param result whether it passed
 * @param detail what was seen, in one line
 */
public record Outcome(Result result, String detail) {
    /** Whether a check passed. */
    public enum Result {
        PASS,
        FAIL,
        /** It does not apply to this run. */
        SKIP
    }

    static Outcome pass(String format, Object... arguments) {
        return new Outcome(Result.PASS, String.format(Locale.ROOT, format, arguments));
    }

    static Outcome fail(String format, Object... arguments) {
        return new Outcome(Result.FAIL, String.format(Locale.ROOT, format, arguments));
    }

    static Outcome skip(String format, Object... arguments) {
        return new Outcome(Result.SKIP, String.format(Locale.ROOT, format, arguments));
    }
}
