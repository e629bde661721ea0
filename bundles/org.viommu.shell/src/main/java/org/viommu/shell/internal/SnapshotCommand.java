// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.viommu.machine.FunctionStatus;
import org.viommu.machine.Machine;
import org.viommu.machine.SavedMachine;

/** Saves the devices of a machine. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=snapshot"})
public final class SnapshotCommand extends Command {
    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param inventory what there is
     */
    @Activate
    public SnapshotCommand(@Reference Inventory inventory) {
        super("snapshot", inventory);
        this.inventory = inventory;
    }

    /** Saves devices to a file. */
    @Descriptor("saves the state of a machine's devices to a file; have the VMM stop its guest before")
    public Object snapshot(
            CommandSession session,
            @Descriptor(Help.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine,
            @Descriptor(Help.FUNCTION)
                    @Parameter(
                            names = {"-f", "--function"},
                            absentValue = "")
                    String function,
            @Descriptor(Help.JSON)
                    @Parameter(
                            names = {"--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor("FILE: to write; one that holds a snapshot is replaced") String file)
            throws IOException {
        Machine found = inventory.machine(machine);
        Set<String> functions = function.isEmpty()
                ? found.functions().stream()
                        .filter(it -> it.missing().isEmpty())
                        .map(FunctionStatus::name)
                        .collect(Collectors.toSet())
                : Set.of(function);
        if (functions.isEmpty()) {
            throw new IllegalArgumentException("machine " + found.name() + " offers no device; viommu:why tells more");
        }
        SavedMachine saved = found.save(functions);
        SnapshotFile.of(session, file).write(saved);
        String left = found.functions().stream()
                .filter(it -> function.isEmpty() && !functions.contains(it.name()))
                .map(it -> "not saved: " + found.name() + "/" + it + "\n")
                .collect(Collectors.joining());
        return Table.of(SavedState.class, SavedState.of(found.name(), saved.functions()), left)
                .as(json);
    }
}
