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

/** The endpoints. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=endpoints"})
public final class EndpointsCommand extends Command {
    /**
     * One line for each endpoint.
     *
     * @param device in front of it
     * @param endpoint its ID
     * @param known whether the topology knows it
     * @param domain that it is attached to, or {@code -}
     * @param ports ways to memory that its host has open
     * @param reserved what is reserved in its address space
     */
    public record Endpoint(String device, Address endpoint, boolean known, String domain, int ports, String reserved) {}

    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param inventory what there is
     */
    @Activate
    public EndpointsCommand(@Reference Inventory inventory) {
        super("endpoints", inventory);
        this.inventory = inventory;
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
        List<Endpoint> endpoints = inventory.iommus().named(device).stream()
                .flatMap(it -> it.snapshot().endpoints().stream().map(endpoint -> endpoint(it.name(), endpoint)))
                .toList();
        return Table.of(Endpoint.class, endpoints, endpoints.isEmpty() ? "no endpoints" : "")
                .as(json);
    }

    private static Endpoint endpoint(String device, IommuSnapshot.Endpoint endpoint) {
        String reserved = endpoint.reserved().stream().map(Object::toString).collect(Collectors.joining(","));
        return new Endpoint(
                device,
                Address.ofId(endpoint.id()),
                endpoint.known(),
                endpoint.attached() ? Integer.toUnsignedString(endpoint.domain()) : "-",
                endpoint.ports(),
                reserved.isEmpty() ? "-" : reserved);
    }
}
