// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.viommu.machine.SavedFunction;
import org.viommu.machine.SavedMachine;

/**
 * Functions of a machine that stand still together, from construction on until this is closed, to be saved or restored.
 * What is behind an IOMMU comes to rest before it, and is restored and goes on after it.
 */
final class Standstill implements AutoCloseable {
    private final List<HostedFunction> functions;

    /** IOMMUs come first. */
    Standstill(Collection<HostedFunction> functions) {
        this.functions = functions.stream()
                .sorted(Comparator.comparing(HostedFunction::translated))
                .toList();
        Deque<HostedFunction> backwards = new ArrayDeque<>();
        this.functions.forEach(backwards::push);
        backwards.forEach(it -> it.function().hold());
    }

    /**
     * Saves the functions.
     *
     * @throws IllegalStateException naming the function that cannot be saved now
     */
    SavedMachine save(String machine) {
        return new SavedMachine(
                machine, functions.stream().map(Standstill::save).toList());
    }

    private static SavedFunction save(HostedFunction hosted) {
        SharedFunction function = hosted.function();
        try {
            return new SavedFunction(hosted.name(), function.deviceId(), 0, ByteBuffer.wrap(function.save()));
        } catch (IllegalStateException e) {
            throw new IllegalStateException(function.name() + " cannot be saved now: " + e.getMessage(), e);
        }
    }

    /**
     * Lets the functions go on where others stood. If one cannot, none does.
     *
     * @param saved the state of each of the functions
     * @throws IllegalArgumentException naming the function and the offset of what cannot be restored
     * @throws IllegalStateException naming the function that is not ready for it
     */
    void restore(Collection<SavedFunction> saved) {
        Map<String, SavedFunction> states = saved.stream().collect(Collectors.toMap(SavedFunction::name, it -> it));
        functions.forEach(it -> checkReady(it.function(), states.get(it.name())));
        Deque<HostedFunction> restored = new ArrayDeque<>();
        try {
            for (HostedFunction hosted : functions) {
                restore(hosted.function(), states.get(hosted.name()));
                restored.push(hosted);
            }
        } catch (IllegalArgumentException | IllegalStateException e) {
            restored.forEach(it -> it.function().reset());
            throw e;
        }
    }

    private static void checkReady(SharedFunction function, SavedFunction saved) {
        if (saved.deviceId() != function.deviceId()) {
            throw new IllegalArgumentException("offset 0x%x: the state is of a device %d, but %s is a %d"
                    .formatted(saved.offset(), saved.deviceId(), function.name(), function.deviceId()));
        }
        if (!function.isFresh()) {
            throw new IllegalStateException(function.name()
                    + " has a driver at work, or one that has begun: only a device as after a reset can be restored");
        }
        if (function.memory().regions().isEmpty()) {
            throw new IllegalStateException(
                    function.name()
                            + " has no guest memory yet: its VMM must have connected, with the memory as it was when the snapshot was taken");
        }
    }

    private static void restore(SharedFunction function, SavedFunction saved) {
        byte[] state = new byte[saved.state().remaining()];
        saved.state().get(state);
        try {
            function.restore(state);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "offset 0x%x: %s: %s".formatted(saved.offset(), function.name(), e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        functions.forEach(it -> it.function().release());
    }
}
