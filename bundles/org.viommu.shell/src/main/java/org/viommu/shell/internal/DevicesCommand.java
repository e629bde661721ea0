// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.viommu.machine.FunctionStatus;
import org.viommu.machine.Machine;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.DeviceView;

/** The functions of each machine. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=devices"})
public final class DevicesCommand extends Command {
    private static final String NOTHING = "-";

    /**
     * One line for each function.
     *
     * @param device machine and name
     * @param type what the device is, by its ID
     * @param address where the guest sees it
     * @param socket where the VMM finds it
     * @param state {@code offered}, or what keeps it from being that
     * @param status the device status, as the names of its bits
     * @param fault why the device needs a reset
     */
    public record Function(
            String device, String type, String address, String socket, String state, String status, String fault) {}

    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param inventory what there is
     */
    @Activate
    public DevicesCommand(@Reference Inventory inventory) {
        super("devices", inventory);
        this.inventory = inventory;
    }

    /** One line for each function of each machine. */
    @Descriptor(
            "the functions of each machine: where the guest and the VMM find them, how far the driver is, what broke")
    public Object devices(
            @Descriptor(Help.JSON)
                    @Parameter(
                            names = {"--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json) {
        List<Machine> machines = inventory.machines();
        return Table.of(
                        Function.class,
                        machines.stream()
                                .flatMap(machine -> machine.functions().stream().map(it -> function(machine, it)))
                                .toList(),
                        machines.isEmpty() ? "there is no machine; viommu:why tells more" : "")
                .as(json);
    }

    private static Function function(Machine machine, FunctionStatus function) {
        DeviceView view = machine.view(function.name())
                .map(it -> it.device())
                .orElseGet(() -> new DeviceView(0, 0, List.of(), "", List.of()));
        return new Function(
                machine.name() + "/" + function.name(),
                DeviceTypes.name(view.deviceId()),
                function.address().toString(),
                function.socket(),
                function.missing().orElse("offered"),
                shown(String.join(",", DeviceStatus.names(view.status()))),
                shown(view.fault()));
    }

    private static String shown(String text) {
        return text.isEmpty() ? NOTHING : text;
    }
}
