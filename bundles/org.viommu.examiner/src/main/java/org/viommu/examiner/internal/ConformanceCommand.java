// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.examiner.internal;

import java.io.IOException;
import java.util.List;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The command {@code conformance}. */
@Component(
        service = ToIntFunction.class,
        property = {
            "viommu.command=conformance",
            "viommu.description=what virtio 1.4 asks of the IOMMU, and what it does"
        })
public final class ConformanceCommand implements ToIntFunction<List<String>> {
    private static final int PASSED = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private volatile ExaminedMachine machine;

    /**
     * Called by Declarative Services.
     *
     * @param context to find the device
     * @param configurations to configure it
     */
    @Activate
    public ConformanceCommand(BundleContext context, @Reference ConfigurationAdmin configurations) {
        this.context = context;
        this.configurations = configurations;
    }

    @Override
    public int applyAsInt(List<String> arguments) {
        Options options = new Options();
        CommandLine commandLine = new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true);
        try {
            commandLine.parseArgs(arguments.toArray(String[]::new));
            options.validate();
        } catch (ParameterException e) {
            System.err.println("viommu conformance: " + e.getMessage() + " (--help lists the options)");
            return USAGE;
        }
        if (options.help()) {
            commandLine.usage(System.out);
            return PASSED;
        }
        try {
            return examine(options) ? PASSED : FAILED;
        } catch (IOException e) {
            System.err.println("viommu conformance: " + e.getMessage());
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    /** The platform stops in the middle of an examination: nothing of it is left behind. */
    @Deactivate
    void abandon() throws IOException {
        ExaminedMachine abandoned = machine;
        if (abandoned != null) {
            abandoned.close();
        }
    }

    private boolean examine(Options options) throws IOException, InterruptedException {
        Examination examination = new Examination(options.requests(), options.seed(), System.out, System.err);
        boolean passed = true;
        for (Way way : options.ways()) {
            try (ExaminedMachine examined = new ExaminedMachine(context, configurations, options.compatibility())) {
                machine = examined;
                try (Bench bench = examined.bench(way)) {
                    passed &= examination.run(bench.port());
                }
            }
        }
        return passed;
    }
}
