// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.viommu.linux.internal.platform.BootTables;
import org.viommu.linux.internal.platform.ConfiguredPlatform;
import org.viommu.linux.internal.platform.PlatformFactory;

/** The command {@code linux}. */
@Component(
        service = ToIntFunction.class,
        property = {
            "viommu.command=linux",
            "viommu.description=a stock Linux guest in QEMU binds its own driver to the IOMMU"
        })
public final class LinuxCommand implements ToIntFunction<List<String>> {
    private final BundleContext context;
    private final ConfigurationAdmin admin;
    private final BootTables tables;
    private final Narrator narrator = new Narrator(System.out);
    private final CommandRun command = new CommandRun(narrator);

    @Activate
    public LinuxCommand(BundleContext context, @Reference ConfigurationAdmin admin, @Reference BootTables tables) {
        this.context = context;
        this.admin = admin;
        this.tables = tables;
    }

    @Override
    public int applyAsInt(List<String> arguments) {
        return command.run(() -> {
            Optional<Options> options = Options.parse(arguments, new PrintWriter(System.out, true));
            return options.isPresent()
                    ? new GuestRun(options.get(), platforms(options.get().mappings()), narrator).run()
                    : ExitStatus.OK;
        });
    }

    private PlatformFactory platforms(Optional<Path> mappings) {
        return (folder, disk, keys, devicetree) ->
                ConfiguredPlatform.open(context, admin, tables.make(devicetree, folder), folder, disk, keys, mappings);
    }

    @Deactivate
    void close() throws InterruptedException {
        command.close();
    }
}
