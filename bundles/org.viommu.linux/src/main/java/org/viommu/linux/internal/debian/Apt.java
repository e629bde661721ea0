// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Narrator;
import org.viommu.linux.internal.Subprocess;

/**
 * The machine's apt, working on a folder of ours: its own package lists, its own cache and an empty list of installed
 * packages, so that a closure comes out complete and the machine's packages stay as they are. Everything else that the
 * machine's administrator set (proxies, passwords, trusted keys, checks of dates) stays in force.
 */
final class Apt {
    private static final Pattern PROGRESS = Pattern.compile("dlstatus:\\d+:([0-9.]+):.*");

    /** What gpgv says, what sqv says, which newer releases of apt ask instead, and what apt says if it has no keys. */
    private static final Pattern LACKING_KEY = Pattern.compile("NO_PUBKEY|Missing key|signatures couldn't be verified");

    /** What passes: an archive, or a proxy before it, that answers that it cannot just now, or not at all. */
    private static final Pattern STUMBLED =
            Pattern.compile(" 5\\d\\d |onnect|timed out|Error reading|Bad header|Hash Sum mismatch|unexpected size");

    /** Before an archive is asked again. apt does that by itself for some seconds, but not if it has an answer. */
    private static final List<Duration> PAUSES =
            List.of(Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofSeconds(30));

    private final Path folder;
    private final String guest;
    private final Path configuration;
    private final UnaryOperator<String> programs;
    private final List<Duration> pauses;

    /**
     * Works in {@code folder}, whose parent exists.
     *
     * @param guest architecture of packages that may be fetched besides those for this machine
     */
    Apt(Path folder, String guest) {
        this(folder, guest, name -> name, PAUSES);
    }

    /**
     * The same with programs of the caller's.
     *
     * @param programs from the name of a program to what is started
     * @param pauses before an archive that has stumbled is asked again, and again
     */
    Apt(Path folder, String guest, UnaryOperator<String> programs, List<Duration> pauses) {
        this.folder = folder;
        this.guest = guest;
        this.configuration = folder.resolve("apt.conf");
        this.programs = programs;
        this.pauses = List.copyOf(pauses);
    }

    /** Where fetched packages are. */
    Path archives() {
        return folder.resolve("archives");
    }

    /** Works on the machine's own sources from here on. */
    void useMachineSources() throws IOException {
        configure("");
    }

    /** Works on one source from here on; a part of it that cannot be fetched is an error. */
    void useSource(String source) throws IOException {
        Path sources = folder.resolve("viommu.sources");
        Files.createDirectories(folder);
        Files.writeString(sources, source);
        configure("""
                Dir::Etc::sourcelist "%s";
                Dir::Etc::sourceparts "/dev/null";
                Dir::Etc::preferences "/dev/null";
                Dir::Etc::preferencesparts "/dev/null";
                APT::Update::Error-Mode "any";
                """.formatted(sources));
    }

    private void configure(String sources) throws IOException {
        Files.createDirectories(archives().resolve("partial"));
        Files.createDirectories(folder.resolve("lists/partial"));
        Files.writeString(folder.resolve("status"), "");
        // The hooks of the machine's configuration tell programs of the machine about its own lists, not about ours.
        // The sandbox user of apt may not enter a home folder.
        String text = """
                #clear APT::Update::Pre-Invoke;
                #clear APT::Update::Post-Invoke;
                #clear APT::Update::Post-Invoke-Success;
                #clear APT::Architectures;
                APT::Architecture "amd64";
                APT::Architectures { "amd64"; "%3$s"; };
                APT::Install-Recommends "false";
                APT::Sandbox::User "root";
                Acquire::Languages "none";
                Acquire::Retries "3";
                Acquire::http::Timeout "30";
                Acquire::https::Timeout "30";
                Dir::State "%1$s";
                Dir::State::lists "%1$s/lists/";
                Dir::State::status "%1$s/status";
                Dir::Cache "%1$s";
                Dir::Cache::archives "%2$s/";
                Dir::Log "%1$s";
                """.formatted(folder, archives(), guest);
        Files.writeString(configuration, text + sources);
    }

    /** Runs a program of apt and returns what it printed, whatever its exit status. */
    Result run(String program, String... arguments) throws CannotRun, IOException, InterruptedException {
        return run(percent -> {}, program, arguments);
    }

    /**
     * The same for what comes from an archive, which is asked again if it stumbles.
     *
     * @param narrator told why it is asked again
     * @param progress told about downloads in percent as they go on
     */
    Result fetch(Narrator narrator, DoubleConsumer progress, String program, String... arguments)
            throws CannotRun, IOException, InterruptedException {
        Result result = run(progress, program, arguments);
        for (Iterator<Duration> left = pauses.iterator(); result.stumbled() && left.hasNext(); ) {
            Duration pause = left.next();
            narrator.say("%s: asking again in %d s", result.complaint(), pause.toSeconds());
            Thread.sleep(pause.toMillis());
            result = run(progress, program, arguments);
        }
        return result;
    }

    private Result run(DoubleConsumer progress, String program, String... arguments)
            throws CannotRun, IOException, InterruptedException {
        // Given on the command line, the file is read after the machine's configuration and wins over it.
        List<String> command = new ArrayList<>(List.of(programs.apply(program), "-c", configuration.toString()));
        command.addAll(List.of(arguments));
        List<String> output = new ArrayList<>();
        try {
            int status = Subprocess.run(command, archives(), line -> {
                Matcher matcher = PROGRESS.matcher(line);
                if (matcher.matches()) {
                    progress.accept(Double.parseDouble(matcher.group(1)));
                } else {
                    output.add(line);
                }
            });
            return new Result(status, output);
        } catch (IOException e) {
            throw CannotRun.unreachable(
                    "%s cannot be started (%s): on a system without apt give --qemu, --kernel, --modules and --busybox.",
                    program,
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
        }
    }

    /**
     * What a program of apt left.
     *
     * @param status its exit status
     * @param output its lines
     */
    record Result(int status, List<String> output) {
        boolean ok() {
            return status == 0;
        }

        /** Whether a signature is there that cannot be checked with the keys at hand. */
        boolean lacksKey() {
            return output.stream().anyMatch(line -> LACKING_KEY.matcher(line).find());
        }

        /** Whether something has failed that may go well the next time. */
        boolean stumbled() {
            return !ok()
                    && output.stream().anyMatch(line -> STUMBLED.matcher(line).find());
        }

        /** The first complaint, without apt's mark. */
        String complaint() {
            return output.stream()
                    .filter(line -> line.startsWith("E: ") || line.startsWith("W: "))
                    .map(line -> line.substring(3))
                    .findFirst()
                    .orElse("exit status " + status);
        }
    }
}
