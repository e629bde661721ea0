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

/** The counters of requests. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=requests"})
public final class RequestsCommand extends Command {
    /**
     * How often something was asked for.
     *
     * @param device that was asked
     * @param type of the request
     * @param status of the answer; {@code -} if there was none
     * @param count at least 0
     */
    public record Requests(String device, String type, String status, long count) {}

    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param inventory what there is
     */
    @Activate
    public RequestsCommand(@Reference Inventory inventory) {
        super("requests", inventory);
        this.inventory = inventory;
    }

    /** Counters of requests. */
    @Descriptor("how many requests of each type were answered with each status")
    public Object requests(
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
        List<Requests> rows = new ArrayList<>();
        inventory.iommus().named(device).forEach(it -> add(it, rows));
        return Table.of(Requests.class, rows, rows.isEmpty() ? "no requests" : "")
                .as(json);
    }

    private static void add(Device device, List<Requests> rows) {
        IommuSnapshot.Requests requests = device.snapshot().requests();
        requests.answered().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(type -> type.getValue().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .forEach(status -> rows.add(new Requests(
                                device.name(),
                                type.getKey().name(),
                                status.getKey().name(),
                                status.getValue()))));
        rows.add(new Requests(device.name(), "unparseable", "-", requests.unparseable()));
        rows.add(new Requests(device.name(), "unknown", "-", requests.unknown()));
    }
}
