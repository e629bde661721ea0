// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.ExitStatus;
import org.viommu.linux.internal.KitOptions;
import org.viommu.linux.internal.platform.DeviceKeys;
import org.viommu.linux.internal.prepare.OwnParts;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** What the user asks for after {@code bench guest}. */
@Command(
        name = "guest",
        description = "Runs the same workloads in two Linux guests in turn: one behind Viommu, "
                + "one behind the virtio-iommu of QEMU itself.",
        sortOptions = false,
        separator = " ",
        footer = {
            "",
            "Each round runs each workload on both sides, first one and then the other.",
            "What counts is the ratio: a busy machine slows both sides. The guests are",
            "those of viommu linux; their program is built by the machine's gcc.",
            "",
            "Exit status: 0 measured, 1 something failed, 2 wrong options,",
            "75 packages out of reach."
        })
final class GuestBenchOptions {
    private static final int MAX_POLL_NANOS = 1_000_000_000;

    @Option(names = "--rounds", paramLabel = "COUNT", description = "How many rounds count. Default: 5.")
    private int rounds = 5;

    @Option(
            names = "--maps",
            paramLabel = "COUNT",
            description = "Mappings made and removed in a round. Default: 20000.")
    private int maps = 20_000;

    @Option(names = "--reads", paramLabel = "COUNT", description = "Blocks read in a round. Default: 2000.")
    private int reads = 2_000;

    @Option(
            names = "--poll-max-ns",
            paramLabel = "NANOS",
            description = "How long Viommu's devices may watch their queues before they sleep; 0 for not at all.")
    private Optional<Integer> pollMaxNanos;

    @Option(names = "--packed", description = "The devices of both sides offer packed virtqueues.")
    private boolean packed;

    @Mixin
    private KitOptions kit = new KitOptions();

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "When to give up on the guests. Default: 900.")
    private int timeout = 900;

    @Option(names = "--keep", description = "Keep the run's files; print the guests' consoles.")
    private boolean keep;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "This text.")
    private boolean help;

    private GuestBenchOptions() {}

    /**
     * Reads the command line of {@code bench}.
     *
     * @param out where help goes
     * @return the options; empty if the user asked for help, which is printed then
     * @throws CannotRun with {@link ExitStatus#USAGE} if the command line is wrong
     */
    static Optional<GuestBenchOptions> parse(List<String> arguments, PrintWriter out) throws CannotRun {
        GuestBenchOptions options = new GuestBenchOptions();
        CommandLine bench =
                new CommandLine(new BenchOptions()).addSubcommand(options).setOut(out);
        CommandLine guest = bench.getSubcommands().get("guest");
        try {
            ParseResult result = bench.parseArgs(arguments.toArray(String[]::new));
            if (CommandLine.printHelpIfRequested(result)) {
                return Optional.empty();
            }
            KitOptions.require(bench, result.hasSubcommand(), "What to measure is missing: bench guest");
            options.validate(guest);
            return Optional.of(options);
        } catch (ParameterException e) {
            throw new CannotRun(ExitStatus.USAGE, e.getMessage() + " (viommu bench guest --help lists the options)");
        }
    }

    private void validate(CommandLine command) {
        positive(command, "--rounds", rounds);
        positive(command, "--maps", maps);
        positive(command, "--reads", reads);
        positive(command, "--timeout", timeout);
        pollMaxNanos.ifPresent(nanos -> KitOptions.require(
                command,
                nanos >= 0 && nanos <= MAX_POLL_NANOS,
                "--poll-max-ns: %d is not in 0..%d",
                nanos,
                MAX_POLL_NANOS));
        kit.validate(command);
    }

    private static void positive(CommandLine command, String option, int value) {
        KitOptions.require(command, value > 0, "%s: %d is not above 0", option, value);
    }

    int rounds() {
        return rounds;
    }

    /** How often a workload runs in a round. */
    int count(Workload workload) {
        return workload == Workload.MAP ? maps : reads;
    }

    DeviceKeys keys() {
        return new DeviceKeys(packed, pollMaxNanos.map(OptionalInt::of).orElse(OptionalInt.empty()));
    }

    OwnParts ownParts() {
        return kit.ownParts();
    }

    Duration timeout() {
        return Duration.ofSeconds(timeout);
    }

    boolean keep() {
        return keep;
    }
}
