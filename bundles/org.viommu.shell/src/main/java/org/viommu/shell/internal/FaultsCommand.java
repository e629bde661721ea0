// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.shell.internal.Devices.Device;

/** The counters of faults. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=faults"})
public final class FaultsCommand extends Command {
    /**
     * How often something was refused, or what became of its report.
     *
     * @param device that refused
     * @param what happened
     * @param reason why an access was refused; {@code -} for what became of reports
     * @param count at least 0
     */
    public record Faults(String device, String what, String reason, long count) {}

    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param inventory what there is
     */
    @Activate
    public FaultsCommand(@Reference Inventory inventory) {
        super("faults", inventory);
        this.inventory = inventory;
    }

    /** Counters of faults. */
    @Descriptor("refused accesses by reason, and what became of their reports")
    public Object faults(
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
        List<Faults> rows = new ArrayList<>();
        inventory.iommus().named(device).forEach(it -> add(it, rows));
        return Table.of(Faults.class, rows, rows.isEmpty() ? "no faults" : "").as(json);
    }

    private static void add(Device device, List<Faults> rows) {
        IommuSnapshot.Faults faults = device.snapshot().faults();
        faults.refused().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(it -> rows.add(
                        new Faults(device.name(), "refused", it.getKey().name(), it.getValue())));
        rows.add(new Faults(device.name(), "reported", "-", faults.reported()));
        rows.add(new Faults(device.name(), "coalesced", "-", faults.coalesced()));
        rows.add(new Faults(device.name(), "dropped", "-", faults.dropped()));
        rows.add(new Faults(device.name(), "waiting", "-", faults.waiting()));
    }
}
