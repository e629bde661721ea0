// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.shell.internal.Devices.Device;
import org.viommu.virtio.iommu.MapFlags;

/** The mappings of a domain. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=mappings"})
public final class MappingsCommand extends Command {
    private static final int LARGEST_LIMIT = 1_000_000;

    /**
     * One line for each mapping.
     *
     * @param start first I/O virtual address
     * @param end last one
     * @param physical guest-physical address of the first
     * @param access what is allowed, such as {@code rw-}
     */
    public record Mapping(Address start, Address end, Address physical, String access) {}

    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param inventory what there is
     */
    @Activate
    public MappingsCommand(@Reference Inventory inventory) {
        super("mappings", inventory);
        this.inventory = inventory;
    }

    /** A page of mappings. */
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
            @Descriptor("DOMAIN: a number of viommu:domains") String domain) {
        if (limit < 1 || limit > LARGEST_LIMIT) {
            throw new IllegalArgumentException("--limit: " + limit + ": allowed are 1 to " + LARGEST_LIMIT);
        }
        Device found = inventory.iommus().one(device);
        int id = Address.parseId("DOMAIN", domain);
        if (found.snapshot().domains().stream().noneMatch(it -> it.id() == id)) {
            throw new IllegalArgumentException("DOMAIN: " + domain + ": " + found.name() + " has no such domain");
        }
        long first = Address.parse("--from", from).value();
        long last = Address.parse("--to", to).value();
        List<IommuSnapshot.Mapping> mappings = new Pages(found.status(), id).list(first, last, limit + 1);
        String next = mappings.size() > limit
                ? "there are more: --from " + new Address(mappings.get(limit).start())
                : mappings.isEmpty() ? "no mappings there" : "";
        return Table.of(
                        Mapping.class,
                        mappings.stream()
                                .limit(limit)
                                .map(MappingsCommand::mapping)
                                .toList(),
                        next)
                .as(json);
    }

    private static Mapping mapping(IommuSnapshot.Mapping mapping) {
        return new Mapping(
                new Address(mapping.start()),
                new Address(mapping.end()),
                new Address(mapping.physical()),
                access(mapping.flags()));
    }

    static String access(int flags) {
        return ((flags & MapFlags.READ) != 0 ? "r" : "-")
                + ((flags & MapFlags.WRITE) != 0 ? "w" : "-")
                + ((flags & MapFlags.MMIO) != 0 ? "m" : "-");
    }
}
