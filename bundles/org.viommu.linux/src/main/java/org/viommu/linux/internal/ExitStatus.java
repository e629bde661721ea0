// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

/** What the command ends with. */
public enum ExitStatus {
    /** Every check passed, or the user's session ended. */
    OK(0),
    /** A check failed, the guest did not come up, or the machine lacks something. */
    FAILED(1),
    /** The command line asks for something that does not exist. */
    USAGE(2),
    /** Debian's packages cannot be reached; EX_TEMPFAIL of sysexits.h, so that a test can tell it from a failure. */
    UNREACHABLE(75);

    private final int code;

    ExitStatus(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
