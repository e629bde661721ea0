// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.util.Locale;

/** The run cannot go on for a reason that the user can do something about; the message is one sentence that says it. */
public final class CannotRun extends Exception {
    private static final long serialVersionUID = 1;

    private final ExitStatus status;

    public CannotRun(ExitStatus status, String message) {
        super(message);
        this.status = status;
    }

    /** A run that fails on this machine as it is. */
    public static CannotRun because(String format, Object... arguments) {
        return new CannotRun(ExitStatus.FAILED, String.format(Locale.ROOT, format, arguments));
    }

    /** A run that lacks packages which cannot be fetched. */
    public static CannotRun unreachable(String format, Object... arguments) {
        return new CannotRun(ExitStatus.UNREACHABLE, String.format(Locale.ROOT, format, arguments));
    }

    public ExitStatus status() {
        return status;
    }
}
