// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Which mapping stores there are. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=stores"})
public final class StoresCommand extends Command {
    private final Stores stores;

    /**
     * Called by Declarative Services.
     *
     * @param context to see which stores there are
     * @param inventory what there is
     */
    @Activate
    public StoresCommand(BundleContext context, @Reference Inventory inventory) {
        super("stores", inventory);
        stores = new Stores(context, inventory);
    }

    /** One line for each store. */
    @Descriptor("the mapping stores that are there, the preferred one first, and who uses them")
    public Object stores(
            @Descriptor(Help.JSON)
                    @Parameter(
                            names = {"--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json) {
        return Table.of(Store.class, stores.offered(), "").as(json);
    }
}
