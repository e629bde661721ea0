// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.machine.FunctionStatus;
import org.viommu.machine.Machine;

/** What there is for commands to look into, at the moment of the question. */
@Component(service = Inventory.class)
public final class Inventory {
    private static final String NO_MACHINE = "there is no machine; viommu:why tells more";

    @Reference(policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<IommuStatus> iommus = List.of();

    @Reference(policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<Machine> machines = List.of();

    /** Called by Declarative Services. */
    @Activate
    public Inventory() {}

    Inventory(List<IommuStatus> iommus, List<Machine> machines) {
        this.iommus = iommus;
        this.machines = machines;
    }

    Devices iommus() {
        return new Devices(iommus);
    }

    List<Machine> machines() {
        return machines;
    }

    /** The machine of that name; the name may be empty if there is one only. */
    Machine machine(String name) {
        List<Machine> found = machines.stream()
                .filter(it -> name.isEmpty() || it.name().equals(name))
                .toList();
        if (found.size() == 1) {
            return found.get(0);
        }
        String known = machines.isEmpty()
                ? NO_MACHINE
                : "there are " + machines.stream().map(Machine::name).sorted().collect(Collectors.joining(", "));
        throw new IllegalArgumentException(
                found.isEmpty() && !name.isEmpty()
                        ? "--machine: '" + name + "': " + known
                        : machines.isEmpty() ? NO_MACHINE : "--machine is needed: " + known);
    }

    /**
     * A configured function.
     *
     * @param machine that has it
     * @param name of the device
     */
    record Place(Machine machine, String name) {
        String device() {
            return machine.name() + "/" + name;
        }
    }

    /** The functions that are meant by a machine, or all by an empty name, and one function of it, or all. */
    Stream<Place> functions(String machine, String function) {
        List<Machine> chosen = machine.isEmpty() ? machines : List.of(machine(machine));
        List<Place> found = chosen.stream()
                .flatMap(it -> it.functions().stream().map(status -> new Place(it, status.name())))
                .filter(it -> function.isEmpty() || it.name().equals(function))
                .toList();
        if (found.isEmpty() && !function.isEmpty()) {
            throw new IllegalArgumentException("--function: '" + function + "': "
                    + (machines.isEmpty() ? NO_MACHINE : "no machine has it; viommu:devices lists them"));
        }
        return found.stream();
    }

    /** What an option or argument that several commands have could be now. */
    Stream<String> values(String parameter) {
        return switch (parameter) {
            case "--device" -> iommus().named("").stream().map(Devices.Device::name);
            case "--machine" -> machines.stream().map(Machine::name);
            case "--function" ->
                machines.stream().flatMap(it -> it.functions().stream()).map(FunctionStatus::name);
            case "DOMAIN" ->
                snapshots().flatMap(it -> it.domains().stream()).map(it -> Integer.toUnsignedString(it.id()));
            case "ENDPOINT" ->
                snapshots()
                        .flatMap(it -> it.endpoints().stream())
                        .map(it -> Address.ofId(it.id()).toString());
            default -> Stream.empty();
        };
    }

    private Stream<IommuSnapshot> snapshots() {
        return iommus().named("").stream().map(Devices.Device::snapshot);
    }
}
