// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.machine.FunctionStatus;
import org.viommu.machine.Machine;
import org.viommu.shell.internal.Devices.Device;
import org.viommu.shell.internal.Devices.Part;
import org.viommu.virtio.iommu.MapFlags;

/** The commands that look into devices. None of them stops or slows a guest. */
@Component(
        service = DeviceCommands.class,
        property = {
            "osgi.command.scope=viommu",
            "osgi.command.function=status",
            "osgi.command.function=devices",
            "osgi.command.function=domains",
            "osgi.command.function=endpoints",
            "osgi.command.function=requests",
            "osgi.command.function=faults",
            "osgi.command.function=mappings",
            "osgi.command.function=translate"
        })
public final class DeviceCommands {
    private static final int LARGEST_LIMIT = 1_000_000;

    @Reference(policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<IommuStatus> iommus = List.of();

    @Reference(policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<Machine> machines = List.of();

    /** Called by Declarative Services. */
    public DeviceCommands() {}

    DeviceCommands(List<IommuStatus> iommus, List<Machine> machines) {
        this.iommus = iommus;
        this.machines = machines;
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
        List<Column<IommuSnapshot>> columns = List.of(
                new Column<>("device", it -> it.machine() + "/" + it.name()),
                new Column<>("driver", it -> it.features().accepted() != 0),
                new Column<>("store", DeviceCommands::store),
                new Column<>("domains", it -> it.domains().size()),
                new Column<>(
                        "mappings",
                        it -> it.domains().stream()
                                .mapToLong(IommuSnapshot.Domain::mappings)
                                .sum()),
                new Column<>("endpoints", it -> it.endpoints().size()),
                new Column<>("requests", it -> it.requests().total()),
                new Column<>("translations", IommuSnapshot::translations),
                new Column<>("faults", it -> it.faults().total()),
                new Column<>("swaps", it -> it.store().swaps()));
        List<Device> found = devices().named(device);
        String problems = found.stream()
                .filter(it -> !it.snapshot().store().problem().isEmpty())
                .map(it -> it.name() + ": " + it.snapshot().store().problem() + "\n")
                .collect(Collectors.joining());
        return new Table<>(
                        columns,
                        found.stream().map(Device::snapshot).toList(),
                        found.isEmpty() ? "there is no IOMMU; viommu:why tells more" : problems)
                .as(json);
    }

    /** One line for each function of each machine. */
    @Descriptor("the functions of each machine, where the guest sees them and where the VMM finds them")
    public Object devices(
            @Descriptor(Help.JSON)
                    @Parameter(
                            names = {"--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json) {
        List<Column<Part<FunctionStatus>>> columns = List.of(
                new Column<>("device", it -> it.device() + "/" + it.value().name()),
                new Column<>("address", it -> it.value().address()),
                new Column<>("socket", it -> it.value().socket()),
                new Column<>("state", it -> it.value().missing().orElse("offered")));
        return new Table<>(
                        columns,
                        machines.stream()
                                .flatMap(machine ->
                                        machine.functions().stream().map(it -> new Part<>(machine.name(), it)))
                                .toList(),
                        machines.isEmpty() ? "there is no machine; viommu:why tells more" : "")
                .as(json);
    }

    /** One line for each domain. */
    @Descriptor("the domains of the IOMMUs")
    public Object domains(
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
        List<Column<Part<IommuSnapshot.Domain>>> columns = List.of(
                new Column<>("device", Part::device),
                new Column<>("domain", it -> Integer.toUnsignedLong(it.value().id())),
                new Column<>("bypass", it -> it.value().bypass()),
                new Column<>("mappings", it -> it.value().mappings()),
                new Column<>(
                        "endpoints",
                        it -> joined(it.value().endpoints().stream().map(Address::ofId))));
        return parts(columns, device, "no domains", IommuSnapshot::domains).as(json);
    }

    /** One line for each endpoint. */
    @Descriptor("the endpoints that are attached or in use")
    public Object endpoints(
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
        List<Column<Part<IommuSnapshot.Endpoint>>> columns = List.of(
                new Column<>("device", Part::device),
                new Column<>("endpoint", it -> Address.ofId(it.value().id())),
                new Column<>("known", it -> it.value().known()),
                new Column<>(
                        "domain",
                        it -> it.value().attached()
                                ? Integer.toUnsignedString(it.value().domain())
                                : "-"),
                new Column<>("ports", it -> it.value().ports()),
                new Column<>("reserved", it -> joined(it.value().reserved().stream())));
        return parts(columns, device, "no endpoints", IommuSnapshot::endpoints).as(json);
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
        return parts(Count.columns("type", "status"), device, "no requests", Count::requests)
                .as(json);
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
        return parts(Count.columns("what", "reason"), device, "no faults", Count::faults)
                .as(json);
    }

    /** The mappings of a domain. */
    @Descriptor("the mappings of a domain, a page at a time")
    public Object mappings(
            @Descriptor(Help.DEVICE)
                    @Parameter(
                            names = {"-d", "--device"},
                            absentValue = "")
                    String device,
            @Descriptor("first I/O virtual address to show")
                    @Parameter(
                            names = {"-f", "--from"},
                            absentValue = "0")
                    String from,
            @Descriptor("last I/O virtual address to show")
                    @Parameter(
                            names = {"-t", "--to"},
                            absentValue = "0xffffffffffffffff")
                    String to,
            @Descriptor("how many mappings at most, 1 to 1000000")
                    @Parameter(
                            names = {"-n", "--limit"},
                            absentValue = "50")
                    int limit,
            @Descriptor(Help.JSON)
                    @Parameter(
                            names = {"--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor("domain, a number of viommu:domains") String domain) {
        if (limit < 1 || limit > LARGEST_LIMIT) {
            throw new IllegalArgumentException("--limit: " + limit + ": allowed are 1 to " + LARGEST_LIMIT);
        }
        Device found = devices().one(device);
        int id = Address.parseId("domain", domain);
        if (found.snapshot().domains().stream().noneMatch(it -> it.id() == id)) {
            throw new IllegalArgumentException("domain: " + domain + ": " + found.name() + " has no such domain");
        }
        long first = Address.parse("--from", from).value();
        long last = Address.parse("--to", to).value();
        List<IommuSnapshot.Mapping> mappings = new Pages(found.status(), id).list(first, last, limit + 1);
        boolean more = mappings.size() > limit;
        String note = more
                ? "there are more: --from " + new Address(mappings.get(limit).start())
                : mappings.isEmpty() ? "no mappings there" : "";
        List<Column<IommuSnapshot.Mapping>> columns = List.of(
                new Column<>("start", it -> new Address(it.start())),
                new Column<>("end", it -> new Address(it.end())),
                new Column<>("physical", it -> new Address(it.physical())),
                new Column<>("access", it -> access(it.flags())));
        return new Table<>(columns, more ? mappings.subList(0, limit) : mappings, note).as(json);
    }

    /** Where an access ends. */
    @Descriptor("where an endpoint's access to an I/O virtual address goes")
    public Object translate(
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
                    boolean json,
            @Descriptor("endpoint, a number of viommu:endpoints") String endpoint,
            @Descriptor("I/O virtual address") String address) {
        Device found = devices().one(device);
        Verdict verdict = Verdict.of(found, Address.parseId("endpoint", endpoint), Address.parse("address", address));
        List<Column<Verdict>> columns = List.of(
                new Column<>("endpoint", Verdict::endpoint),
                new Column<>("address", Verdict::address),
                new Column<>("result", Verdict::result),
                new Column<>("physical", Verdict::physical),
                new Column<>("access", Verdict::access),
                new Column<>("reason", Verdict::reason));
        return new Table<>(columns, List.of(verdict), "").as(json);
    }

    private Devices devices() {
        return new Devices(iommus);
    }

    private <T> Table<Part<T>> parts(
            List<Column<Part<T>>> columns, String device, String none, Function<IommuSnapshot, List<T>> list) {
        List<Part<T>> rows = new ArrayList<>();
        devices().named(device).forEach(it -> it.parts(list).forEach(rows::add));
        return new Table<>(columns, rows, rows.isEmpty() ? none : "");
    }

    static String access(int flags) {
        return ((flags & MapFlags.READ) != 0 ? "r" : "-")
                + ((flags & MapFlags.WRITE) != 0 ? "w" : "-")
                + ((flags & MapFlags.MMIO) != 0 ? "m" : "-");
    }

    private static String store(IommuSnapshot snapshot) {
        IommuSnapshot.Store store = snapshot.store();
        return store.movingTo().isEmpty() ? store.name() : store.name() + "->" + store.movingTo();
    }

    private static String joined(Stream<?> values) {
        String text = values.map(Object::toString).collect(Collectors.joining(","));
        return text.isEmpty() ? "-" : text;
    }
}
