// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The guest's console: passes every line on and remembers the faults and the panic among them. Thread-safe. */
public final class Console {
    private static final String PANIC = "Kernel panic";

    private final Consumer<String> echo;
    private final List<Fault> faults = new ArrayList<>();
    private Optional<String> panic = Optional.empty();

    /** @param echo told every line */
    public Console(Consumer<String> echo) {
        this.echo = echo;
    }

    /** Takes a line that the guest printed. */
    public void line(String line) {
        echo.accept(line);
        synchronized (this) {
            Fault.parse(line).ifPresent(faults::add);
            if (panic.isEmpty() && line.contains(PANIC)) {
                panic = Optional.of(line.substring(line.indexOf(PANIC)));
            }
        }
    }

    /** The faults so far, in their order. */
    public synchronized List<Fault> faults() {
        return List.copyOf(faults);
    }

    /** The first fault so far that is one of those wanted. */
    public Optional<Fault> fault(Predicate<Fault> wanted) {
        return faults().stream().filter(wanted).findFirst();
    }

    /** What the kernel said when it gave up, if it did. */
    public synchronized Optional<String> panic() {
        return panic;
    }
}
