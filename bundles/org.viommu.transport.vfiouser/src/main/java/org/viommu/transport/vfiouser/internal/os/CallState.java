// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/** Where the calls that one thread at a time makes leave their errno. */
final class CallState {
    static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

    private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = LAYOUT.varHandle(PathElement.groupElement("errno"));

    private final MemorySegment segment = Arena.ofAuto().allocate(LAYOUT);

    MemorySegment segment() {
        return segment;
    }

    /** The errno of the last call, which must have failed. */
    int errno() {
        return (int) ERRNO.get(segment, 0L);
    }

    /** Whether the last call, which must have failed, was only interrupted by a signal. */
    boolean interrupted() {
        return errno() == Errno.EINTR.number();
    }

    /** The failure of the last call. */
    SystemCallException failure(String call, Object subject) {
        return new SystemCallException(call, subject, errno());
    }
}
