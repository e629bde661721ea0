// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.io.IOException;
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
import org.viommu.linux.internal.platform.ConfiguredPlatform;
import org.viommu.linux.internal.platform.PlatformFactory;
import org.viommu.topology.TopologyWriter;

/** The command {@code linux}. A run that is under way when the component goes ends at once and in order. */
@Component(
        service = ToIntFunction.class,
        property = {
            "viommu.command=linux",
            "viommu.description=a stock Linux guest in QEMU binds its own driver to the IOMMU"
        })
public final class LinuxCommand implements ToIntFunction<List<String>> {
    private static final long MILLIS_TO_END = 20_000;

    private final PlatformFactory platforms;
    private final Narrator narrator = new Narrator(System.out);
    private Thread runner;
    private boolean closed;

    @Activate
    public LinuxCommand(
            BundleContext context,
            @Reference ConfigurationAdmin admin,
            @Reference(target = "(" + TopologyWriter.FORMAT + "=viot)") TopologyWriter writer) {
        this.platforms =
                (folder, disk, packed) -> ConfiguredPlatform.open(context, admin, writer, folder, disk, packed);
    }

    @Override
    public int applyAsInt(List<String> arguments) {
        if (!begin()) {
            narrator.say("another guest runs on this platform");
            return ExitStatus.FAILED.code();
        }
        try {
            Optional<Options> options = Options.parse(arguments, new PrintWriter(System.out, true));
            return options.isPresent()
                    ? new GuestRun(options.get(), platforms, narrator).run().code()
                    : ExitStatus.OK.code();
        } catch (CannotRun e) {
            narrator.say("%s", e.getMessage());
            return e.status().code();
        } catch (IOException e) {
            narrator.say("%s", e);
            return ExitStatus.FAILED.code();
        } catch (InterruptedException e) {
            narrator.say("ended before it was done");
            return ExitStatus.FAILED.code();
        } finally {
            end();
        }
    }

    private synchronized boolean begin() {
        if (closed || runner != null) {
            return false;
        }
        runner = Thread.currentThread();
        return true;
    }

    private synchronized void end() {
        runner = null;
        notifyAll();
    }

    /** Ends the run and waits until it has cleaned up: QEMU must not outlive what serves its devices. */
    @Deactivate
    synchronized void close() throws InterruptedException {
        closed = true;
        if (runner != null && runner != Thread.currentThread()) {
            runner.interrupt();
            long end = System.nanoTime() + MILLIS_TO_END * 1_000_000;
            for (long left = MILLIS_TO_END; runner != null && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        }
    }
}
