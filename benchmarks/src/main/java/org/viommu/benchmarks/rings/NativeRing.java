// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.rings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.viommu.benchmarks.SystemCompiler;
import org.viommu.virtqueue.QueueAddresses;

/** Both sides of a ring in C, on the memory of a {@link RingMemory}. The system's compiler makes them at the first use. */
@SuppressWarnings("restricted")
final class NativeRing {
    private static final int CACHE_LINE = 64;
    private static final SymbolLookup LIBRARY = compile();
    private static final MethodHandle BYTES = handle("ring_bytes", FunctionDescriptor.of(JAVA_LONG));
    private static final MethodHandle INIT = handle(
            "ring_init",
            FunctionDescriptor.ofVoid(
                    ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                    JAVA_LONG));
    private static final MethodHandle ADD =
            handle("ring_add", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG));
    private static final MethodHandle SERVE = handle("ring_serve", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle POLL = handle("ring_poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle DEVICE =
            handle("ring_device", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle TURNS =
            handle("ring_turns", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle ERRORS = handle("ring_errors", FunctionDescriptor.of(JAVA_LONG, ADDRESS));

    private static final MethodHandle PIN = handle("ring_pin", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final MemorySegment ring;

    /** Kept, because the ring knows only its address: a buffer that nobody refers to is unmapped. */
    private final RingMemory memory;

    NativeRing(RingMemory memory, QueueAddresses addresses, boolean packed) {
        this.memory = memory;
        try {
            ring = Arena.global().allocate((long) BYTES.invokeExact(), CACHE_LINE);
            INIT.invokeExact(
                    ring,
                    MemorySegment.ofBuffer(memory.window()),
                    RingMemory.START,
                    (long) RingMemory.SIZE,
                    addresses.size(),
                    packed ? 1 : 0,
                    addresses.descriptorArea(),
                    addresses.driverArea(),
                    addresses.deviceArea(),
                    RingMemory.BUFFERS);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** The driver makes up to {@code batch} requests available at once; returns how many. */
    int add(int batch, long number) throws Throwable {
        return (int) ADD.invokeExact(ring, batch, number);
    }

    /** The device serves up to {@code batch} requests and publishes them at once; returns how many. */
    int serve(int batch) throws Throwable {
        return (int) SERVE.invokeExact(ring, batch);
    }

    /** The driver takes up to {@code batch} answers; returns how many. */
    int poll(int batch) throws Throwable {
        return (int) POLL.invokeExact(ring, batch);
    }

    /** The device serves that many requests, which are available, in batches; returns how many it has. */
    int device(int requests, int batch) throws Throwable {
        return (int) DEVICE.invokeExact(ring, requests, batch);
    }

    /** Driver and device in turn. */
    long turns(long requests, int batch) throws Throwable {
        return (long) TURNS.invokeExact(ring, requests, batch);
    }

    /** Requests that broke a rule. */
    long errors() throws Throwable {
        return (long) ERRORS.invokeExact(ring);
    }

    /** Keeps the calling thread on one processor, as far as the system lets it. */
    static void pin(int processor) throws Throwable {
        if ((int) PIN.invokeExact(processor) != 0) {
            System.err.println("rings: a thread cannot be kept on processor " + processor);
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker()
                .downcallHandle(LIBRARY.findOrThrow(name), descriptor, Linker.Option.critical(false));
    }

    private static SymbolLookup compile() {
        try (InputStream source = NativeRing.class.getResourceAsStream("/org/viommu/benchmarks/rings.c")) {
            Path folder = Files.createTempDirectory("viommu-rings");
            Path code = folder.resolve("rings.c");
            Path library = folder.resolve("librings.so");
            Files.copy(source, code);
            SystemCompiler.compile(code, library, List.of("-shared", "-fPIC"));
            SymbolLookup lookup = SymbolLookup.libraryLookup(library, Arena.global());
            // What is mapped stays.
            Files.delete(library);
            Files.delete(code);
            Files.delete(folder);
            return lookup;
        } catch (IOException | SystemCompiler.MissingTool e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
