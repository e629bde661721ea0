// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.shell.internal.Devices.Device;

/** How each IOMMU is. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=status"})
public final class StatusCommand extends Command {
    /**
     * One line for each IOMMU.
     *
     * @param device its name
     * @param driver whether a driver is at work
     * @param store where its mappings are, and where they are going
     * @param domains how many there are
     * @param mappings how many there are in all domains
     * @param endpoints that are attached or in use
     * @param requests that were answered
     * @param translations that were decided
     * @param faults accesses that were refused
     * @param swaps moves to another store
     */
    public record Status(
            String device,
            boolean driver,
            String store,
            int domains,
            long mappings,
            int endpoints,
            long requests,
            long translations,
            long faults,
            long swaps) {}

    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param inventory what there is
     */
    @Activate
    public StatusCommand(@Reference Inventory inventory) {
        super("status", inventory);
        this.inventory = inventory;
    }

    /** One line for each IOMMU. */
    @Descriptor("how each IOMMU is: its driver, store, size and counters")
    public Object status(
            @Descriptor(Help.DEVICE)
                    @Parameter(
                            names = {"-d", "--device"},
                            absentValue = "")
                    String device,
            @Descriptor(Help.JSON)
                    @Parameter(
                            names = {"--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json) {
        List<Device> found = inventory.iommus().named(device);
        String problems = found.stream()
                .filter(it -> !it.snapshot().store().problem().isEmpty())
                .map(it -> it.name() + ": " + it.snapshot().store().problem() + "\n")
                .collect(Collectors.joining());
        return Table.of(
                        Status.class,
                        found.stream().map(StatusCommand::status).toList(),
                        found.isEmpty() ? "there is no IOMMU; viommu:why tells more" : problems)
                .as(json);
    }

    private static Status status(Device device) {
        IommuSnapshot snapshot = device.snapshot();
        return new Status(
                device.name(),
                snapshot.features().accepted() != 0,
                store(snapshot.store()),
                snapshot.domains().size(),
                snapshot.domains().stream()
                        .mapToLong(IommuSnapshot.Domain::mappings)
                        .sum(),
                snapshot.endpoints().size(),
                snapshot.requests().total(),
                snapshot.translations(),
                snapshot.faults().total(),
                snapshot.store().swaps());
    }

    private static String store(IommuSnapshot.Store store) {
        return store.movingTo().isEmpty() ? store.name() : store.name() + "->" + store.movingTo();
    }
}
