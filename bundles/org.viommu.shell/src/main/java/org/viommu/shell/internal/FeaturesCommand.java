// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.viommu.machine.Machine;
import org.viommu.virtio.FeatureView;

/** What was negotiated, as QEMU's {@code info virtio-status} shows it. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=features"})
public final class FeaturesCommand extends Command {
    /**
     * One line for each feature that is offered or has been chosen.
     *
     * @param device machine and name
     * @param bit 0 to 63
     * @param feature its name, or {@code -} if nobody knows it
     * @param offered whether the device offers it
     * @param chosen whether the driver has written it
     * @param accepted whether both have agreed on it
     */
    public record Feature(String device, int bit, String feature, boolean offered, boolean chosen, boolean accepted) {}

    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param inventory what there is
     */
    @Activate
    public FeaturesCommand(@Reference Inventory inventory) {
        super("features", inventory);
        this.inventory = inventory;
    }

    /** One line for each feature. */
    @Descriptor("the features of each device by name: offered, chosen by the driver, agreed on")
    public Object features(
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
                    boolean json) {
        List<Feature> features = inventory
                .functions(machine, function)
                .flatMap(it -> features(it.device(), it.machine(), it.name()))
                .toList();
        return Table.of(Feature.class, features, features.isEmpty() ? "no device is offered" : "")
                .as(json);
    }

    private static Stream<Feature> features(String device, Machine machine, String function) {
        return machine.view(function).stream()
                .flatMap(view -> view.device().features().stream())
                .map(it -> feature(device, it));
    }

    private static Feature feature(String device, FeatureView view) {
        return new Feature(
                device,
                view.bit(),
                view.name().isEmpty() ? "-" : view.name(),
                view.offered(),
                view.chosen(),
                view.accepted());
    }
}
