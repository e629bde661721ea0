// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import java.io.IOException;

/** A call to the operating system that failed. The message names the call, what it was for, and errno. */
public final class SystemCallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    SystemCallException(String call, Object subject, int errno) {
        super(call + " " + subject + ": " + Errno.nameOf(errno));
        this.errno = errno;
    }

    /** The error number. */
    public int errno() {
        return errno;
    }

    /** Whether the call failed for this reason. */
    public boolean is(Errno reason) {
        return errno == reason.number();
    }
}
