// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.demo.internal;

import java.io.IOException;
import java.util.List;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.viommu.dma.DmaTranslator;
import org.viommu.driver.DriverException;
import org.viommu.iommu.IommuStatus;
import org.viommu.mapping.RequireMappingStore;
import org.viommu.topology.TopologyWriter;
import org.viommu.virtio.DeviceType;

/** The command {@code demo}. Without any store beside the resident one there would be nothing to exchange. */
@RequireMappingStore
@Component(
        service = ToIntFunction.class,
        property = {
            "viommu.command=demo",
            "viommu.description=a guest in this process works through the IOMMU while its store is exchanged"
        })
public final class DemoCommand implements ToIntFunction<List<String>> {
    private static final int PASSED = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private final TopologyWriter viot;
    private volatile DemoMachine machine;

    /**
     * Called by Declarative Services.
     *
     * @param context to find the machine's services
     * @param configurations to configure the machine
     * @param viot writes its topology
     */
    @Activate
    public DemoCommand(
            BundleContext context,
            @Reference ConfigurationAdmin configurations,
            @Reference(target = "(format=viot)") TopologyWriter viot) {
        this.context = context;
        this.configurations = configurations;
        this.viot = viot;
    }

    @Override
    public int applyAsInt(List<String> arguments) {
        if (arguments.contains("--help")) {
            System.out.println(DemoOptions.USAGE);
            return PASSED;
        }
        DemoOptions options;
        try {
            options = DemoOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("viommu demo: " + e.getMessage() + System.lineSeparator() + DemoOptions.USAGE);
            return USAGE;
        }
        try (DemoMachine running = new DemoMachine(context, configurations, viot)) {
            machine = running;
            return run(options, running) ? PASSED : FAILED;
        } catch (IOException | DriverException e) {
            System.err.println("viommu demo: " + e.getMessage());
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    /** The platform stops in the middle of the story: nothing of it is left behind. */
    @Deactivate
    void abandon() throws IOException {
        DemoMachine abandoned = machine;
        if (abandoned != null) {
            abandoned.close();
        }
    }

    private boolean run(DemoOptions options, DemoMachine running)
            throws IOException, DriverException, InterruptedException {
        try (InProcessGuest guest = new InProcessGuest(running.await(DeviceType.class))) {
            IommuStatus status = running.await(IommuStatus.class);
            return new Demo(options, System.out)
                    .run(guest, running.await(DmaTranslator.class), status, new StoreExchange(context, status));
        }
    }
}
