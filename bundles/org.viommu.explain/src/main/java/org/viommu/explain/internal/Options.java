// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.explain.internal;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the user asks for on the command line. */
@Command(
        name = "viommu topology",
        description =
                "Explains what a flattened devicetree or an ACPI VIOT says about IOMMUs, and what is wrong in it.",
        sortOptions = false,
        footer = {
            "",
            "Exit status: 0 nothing is wrong, warnings aside; 1 something is wrong;",
            "2 wrong options, or the file cannot be read."
        })
final class Options {
    @Parameters(
            paramLabel = "FILE",
            description = "The table, for example a dump of QEMU's dumpdtb, /sys/firmware/fdt, or"
                    + " /sys/firmware/acpi/tables/VIOT.")
    private Path file;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "This text.")
    private boolean help;

    Path file() {
        return file;
    }

    boolean help() {
        return help;
    }
}
