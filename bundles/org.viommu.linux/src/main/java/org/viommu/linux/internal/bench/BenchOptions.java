// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code bench} before its sub-command. */
@Command(
        name = "viommu bench",
        description = "Measures Viommu beside a peer.",
        synopsisSubcommandLabel = "guest",
        separator = " ")
final class BenchOptions {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "This text.")
    private boolean help;
}
