// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.stream.Stream;

/** Finds functions of the C library. */
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = LINKER.defaultLookup();

    private Libc() {}

    /**
     * A function whose handle takes the segment of a {@link CallState} before its own arguments and leaves errno in it.
     */
    static MethodHandle function(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker.Option[] all =
                Stream.concat(Stream.of(CallState.CAPTURE), Stream.of(options)).toArray(Linker.Option[]::new);
        return link(name, descriptor, all);
    }

    /** A function whose errno nobody asks for. */
    static MethodHandle functionWithoutErrno(String name, FunctionDescriptor descriptor) {
        return link(name, descriptor);
    }

    /**
     * What to throw when a handle threw: the functions of the C library never do, so it is a defect of a descriptor.
     */
    static Error unexpected(Throwable thrown) {
        return thrown instanceof Error error ? error : new AssertionError(thrown);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(SYMBOLS.findOrThrow(name), descriptor, options);
    }
}
