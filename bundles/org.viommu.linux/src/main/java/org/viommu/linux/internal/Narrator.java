// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.io.PrintStream;
import java.util.Locale;

/** Tells the user what the run does, on lines that cannot be taken for the guest's: each begins with {@code viommu: }. */
public final class Narrator {
    private static final String MARK = "viommu: ";

    private final PrintStream out;

    public Narrator(PrintStream out) {
        this.out = out;
    }

    /** Prints one marked line; format and arguments as in {@link String#format}. */
    public void say(String format, Object... arguments) {
        out.println(MARK + String.format(Locale.ROOT, format, arguments));
    }

    /** Prints a line of the guest as it came. */
    public void echo(String line) {
        out.println(line);
    }
}
