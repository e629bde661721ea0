// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.viommu.linux.internal.prepare.OwnParts;
import org.viommu.linux.internal.qemu.Architecture;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the user asks for on the command line. */
@Command(
        name = "viommu linux",
        description = "Runs a stock Debian Linux in QEMU behind Viommu and checks that it gets along with it.",
        mixinStandardHelpOptions = false,
        sortOptions = false,
        separator = " ",
        footer = {
            "",
            "What the guest is made of comes from Debian's packages by the machine's own",
            "apt and is kept in ~/.cache/viommu. $VIOMMU_CACHE names another folder.",
            "",
            "Exit status: 0 all checks passed, 1 something failed, 2 wrong options,",
            "75 packages out of reach."
        })
final class Options {
    private static final Pattern MEMORY = Pattern.compile("[1-9][0-9]{0,6}[MG]");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--arch",
            paramLabel = "NAME",
            description = "The guest's processor: x86_64 (with ACPI tables) or aarch64 (with a devicetree).")
    private String architecture = "x86_64";

    @Option(names = "--interactive", description = "A shell on the guest's console instead of the checks.")
    private boolean interactive;

    @Option(names = "--disk", paramLabel = "FILE", description = "The guest's disk; read-only. Default: random data.")
    private Optional<Path> disk;

    @Option(names = "--writable", description = "The guest may write to FILE. The checks overwrite parts of it.")
    private boolean writable;

    @Option(names = "--memory", paramLabel = "SIZE", description = "The guest's memory, such as 512M or 2G.")
    private String memory = "512M";

    @Option(names = "--append", paramLabel = "WORDS", description = "More words for the kernel's command line.")
    private Optional<String> append;

    @Option(names = "--packed", description = "The devices offer packed virtqueues, which Linux then takes.")
    private boolean packed;

    @Option(
            names = "--mappings",
            paramLabel = "FILE",
            description = "Keep what the guest maps in FILE, so that it outlives a run that is killed.")
    private Optional<Path> mappings;

    @Option(
            names = "--work",
            paramLabel = "SECONDS",
            description = "Read and write the disk for so long, instead of the checks after the disk's.")
    private int work;

    @Mixin
    private KitOptions kit = new KitOptions();

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "When to give up on the guest. Default: 900.")
    private int timeout = 900;

    @Option(names = "--keep", description = "Keep the run's files and print QEMU's command line.")
    private boolean keep;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "This text.")
    private boolean help;

    private Options() {}

    /**
     * Reads the command line.
     *
     * @param out where help goes
     * @param err where complaints go
     * @return the options; empty if the user asked for help, which is printed then
     * @throws CannotRun with {@link ExitStatus#USAGE} if the command line is wrong
     */
    static Optional<Options> parse(List<String> arguments, PrintWriter out) throws CannotRun {
        Options options = new Options();
        CommandLine commandLine = new CommandLine(options);
        try {
            commandLine.parseArgs(arguments.toArray(String[]::new));
            if (options.help) {
                commandLine.usage(out);
                return Optional.empty();
            }
            options.validate();
            return Optional.of(options);
        } catch (ParameterException e) {
            throw new CannotRun(ExitStatus.USAGE, e.getMessage() + " (viommu linux --help lists the options)");
        }
    }

    private void validate() {
        require(
                Architecture.named(architecture).isPresent(),
                "--arch: '%s' is neither x86_64 nor aarch64",
                architecture);
        require(MEMORY.matcher(memory).matches(), "--memory: '%s' is no size such as 512M or 2G", memory);
        require(timeout > 0, "--timeout: %d is not above 0", timeout);
        require(work >= 0, "--work: %d is below 0", work);
        require(!writable || disk.isPresent(), "--writable is of no use without --disk");
        KitOptions.readable(spec.commandLine(), "--disk", disk);
        kit.validate(spec.commandLine());
    }

    private void require(boolean condition, String format, Object... arguments) {
        KitOptions.require(spec.commandLine(), condition, format, arguments);
    }

    OwnParts ownParts() {
        return kit.ownParts();
    }

    Architecture architecture() {
        return Architecture.named(architecture).orElseThrow();
    }

    boolean interactive() {
        return interactive;
    }

    Optional<Path> disk() {
        return KitOptions.absolute(disk);
    }

    boolean writable() {
        return writable;
    }

    String memory() {
        return memory;
    }

    Optional<Path> mappings() {
        return KitOptions.absolute(mappings);
    }

    /** How long the guest is to work on its disk; empty for the checks. */
    Optional<Duration> work() {
        return work == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(work));
    }

    boolean packed() {
        return packed;
    }

    Optional<String> append() {
        return append;
    }

    Duration timeout() {
        return Duration.ofSeconds(timeout);
    }

    boolean keep() {
        return keep;
    }
}
