// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Where an access ends. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=translate"})
public final class TranslateCommand extends Command {
    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param inventory what there is
     */
    @Activate
    public TranslateCommand(@Reference Inventory inventory) {
        super("translate", inventory);
        this.inventory = inventory;
    }

    /** Where an access ends. */
    @Descriptor("where an endpoint's access to an I/O virtual address goes, and why")
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
            @Descriptor("ENDPOINT: a number of viommu:endpoints") String endpoint,
            @Descriptor("ADDRESS: an I/O virtual address") String address) {
        Verdict verdict = Verdict.of(
                inventory.iommus().one(device),
                Address.parseId("ENDPOINT", endpoint),
                Address.parse("ADDRESS", address));
        return Table.of(Verdict.class, List.of(verdict), "").as(json);
    }
}
