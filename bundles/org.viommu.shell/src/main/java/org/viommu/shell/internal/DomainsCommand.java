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

/** The domains. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=domains"})
public final class DomainsCommand extends Command {
    /**
     * One line for each domain.
     *
     * @param device of the domain
     * @param domain its ID
     * @param bypass whether accesses pass untranslated
     * @param mappings how many it has
     * @param endpoints that are attached to it
     */
    public record Domain(String device, long domain, boolean bypass, long mappings, String endpoints) {}

    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param inventory what there is
     */
    @Activate
    public DomainsCommand(@Reference Inventory inventory) {
        super("domains", inventory);
        this.inventory = inventory;
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
        List<Domain> domains = inventory.iommus().named(device).stream()
                .flatMap(it -> it.snapshot().domains().stream().map(domain -> domain(it.name(), domain)))
                .toList();
        return Table.of(Domain.class, domains, domains.isEmpty() ? "no domains" : "")
                .as(json);
    }

    private static Domain domain(String device, IommuSnapshot.Domain domain) {
        String endpoints = domain.endpoints().stream()
                .map(it -> Address.ofId(it).toString())
                .collect(Collectors.joining(","));
        return new Domain(
                device,
                Integer.toUnsignedLong(domain.id()),
                domain.bypass(),
                domain.mappings(),
                endpoints.isEmpty() ? "-" : endpoints);
    }
}
