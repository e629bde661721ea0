// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.viommu.machine.Machine;
import org.viommu.machine.SavedFunction;
import org.viommu.machine.SavedMachine;

/** Lets the devices of a machine go on where saved ones stood. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=restore"})
public final class RestoreCommand extends Command {
    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param inventory what there is
     */
    @Activate
    public RestoreCommand(@Reference Inventory inventory) {
        super("restore", inventory);
        this.inventory = inventory;
    }

    /** Restores devices from a file. */
    @Descriptor(
            "lets the devices of a machine go on where a snapshot's stood; the VMM must have given the guest's memory")
    public Object restore(
            CommandSession session,
            @Descriptor("name of the machine to restore; that of the snapshot unless given")
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
            @Descriptor("FILE: that viommu:snapshot has written") String file)
            throws IOException {
        SnapshotFile snapshot = SnapshotFile.of(session, file);
        SavedMachine saved = snapshot.read();
        Machine found = inventory.machine(machine.isEmpty() ? saved.name() : machine);
        List<SavedFunction> functions = saved.functions().stream()
                .filter(it -> function.isEmpty() || it.name().equals(function))
                .toList();
        if (functions.isEmpty()) {
            throw new IllegalArgumentException("--function: '" + function + "': " + snapshot.path() + " holds "
                    + saved.functions().stream().map(SavedFunction::name).collect(Collectors.joining(", ")));
        }
        try {
            found.restore(functions);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(snapshot.path() + ": " + e.getMessage(), e);
        }
        return Table.of(SavedState.class, SavedState.of(found.name(), functions), "")
                .as(json);
    }
}
