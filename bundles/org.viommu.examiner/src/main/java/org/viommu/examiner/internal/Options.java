// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.examiner.internal;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the user asks for on the command line. */
@Command(
        name = "viommu conformance",
        description = "Examines Viommu's IOMMU by the conformance suite: what virtio 1.4 asks of it, what it does.",
        sortOptions = false,
        separator = " ",
        footer = {"", "Exit status: 0 all that can be observed is as it must be, 1 something is not, 2 wrong options."})
final class Options {
    private static final List<String> COMPATIBILITIES = List.of("strict", "qemu");
    private static final long MOST_REQUESTS = 1_000_000_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--over",
            paramLabel = "WAY",
            description = "How the driver reaches the device: ${COMPLETION-CANDIDATES}. Default: one after the other.")
    private List<Way> ways = new ArrayList<>();

    @Option(
            names = "--requests",
            paramLabel = "N",
            description = "Random requests to compare with the oracle, each way. Default: ${DEFAULT-VALUE}.")
    private long requests = 20_000;

    @Option(names = "--seed", paramLabel = "N", description = "Of the random requests. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(
            names = "--compat",
            paramLabel = "WHOSE",
            description = "What the device is configured to behave like: strict or qemu. Default: ${DEFAULT-VALUE}.")
    private String compatibility = "strict";

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "This text.")
    private boolean help;

    /**
     * Checks what picocli has read.
     *
     * @throws ParameterException naming the option, its value and what is allowed
     */
    void validate() {
        if (!COMPATIBILITIES.contains(compatibility)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--compat: '%s' is none of %s".formatted(compatibility, String.join(", ", COMPATIBILITIES)));
        }
        if (requests < 0 || requests > MOST_REQUESTS) {
            throw new ParameterException(
                    spec.commandLine(), "--requests: %d is not in 0 to %d".formatted(requests, MOST_REQUESTS));
        }
    }

    List<Way> ways() {
        return ways.isEmpty() ? List.of(Way.values()) : ways.stream().distinct().toList();
    }

    long requests() {
        return requests;
    }

    long seed() {
        return seed;
    }

    String compatibility() {
        return compatibility;
    }

    boolean help() {
        return help;
    }
}
