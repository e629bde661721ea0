// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.viommu.linux.internal.CommandRun;
import org.viommu.linux.internal.ExitStatus;
import org.viommu.linux.internal.Narrator;
import org.viommu.linux.internal.platform.BootTables;
import org.viommu.linux.internal.platform.ConfiguredPlatform;
import org.viommu.linux.internal.platform.PlatformFactory;

/** The command {@code bench}. */
@Component(
        service = ToIntFunction.class,
        property = {
            "viommu.command=bench",
            "viommu.description=bench guest: Viommu and QEMU's own virtio-iommu in turn, with a Linux guest"
        })
public final class BenchCommand implements ToIntFunction<List<String>> {
    private final PlatformFactory platforms;
    private final Narrator narrator = new Narrator(System.out);
    private final CommandRun command = new CommandRun(narrator);

    @Activate
    public BenchCommand(BundleContext context, @Reference ConfigurationAdmin admin, @Reference BootTables tables) {
        this.platforms = (folder, disk, keys, devicetree) -> ConfiguredPlatform.open(
                context, admin, tables.make(devicetree, folder), folder, disk, keys, Optional.empty());
    }

    @Override
    public int applyAsInt(List<String> arguments) {
        return command.run(() -> {
            Optional<GuestBenchOptions> options = GuestBenchOptions.parse(arguments, new PrintWriter(System.out, true));
            return options.isPresent() ? new GuestBench(options.get(), platforms, narrator).run() : ExitStatus.OK;
        });
    }

    @Deactivate
    void close() throws InterruptedException {
        command.close();
    }
}
