// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

import org.viommu.transport.vfiouser.internal.os.Errno;

/** A well-formed request that is answered with an error; the connection goes on. It carries no stack trace. */
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /** Refuses for a reason of this side. */
    public Refusal(Errno errno, String text) {
        this(errno.number(), text);
    }

    /** Refuses for a reason that the operating system gave. */
    public Refusal(int errno, String text) {
        super(text, null, false, false);
        this.errno = errno;
    }

    /** The error number of the reply. */
    public int errno() {
        return errno;
    }
}
