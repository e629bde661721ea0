// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.viommu.linux.internal.prepare.OwnParts;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options about what a guest is made of, of each command that runs one. */
public final class KitOptions {
    @Option(names = "--kernel", paramLabel = "FILE", description = "A kernel to boot instead of Debian's.")
    private Optional<Path> kernel;

    @Option(
            names = "--modules",
            paramLabel = "FOLDER",
            description = "The modules of that kernel, as in /lib/modules/VERSION. Default: all drivers are built in.")
    private Optional<Path> modules;

    @Option(names = "--qemu", paramLabel = "FILE", description = "A qemu-system-... of 10.1 or newer.")
    private Optional<Path> qemu;

    @Option(names = "--busybox", paramLabel = "FILE", description = "A busybox that needs no libraries.")
    private Optional<Path> busybox;

    @Option(names = "--mirror", paramLabel = "URL", description = "An archive of Debian. Default: the machine's own.")
    private Optional<String> mirror;

    /**
     * Checks what was given.
     *
     * @throws ParameterException naming the option
     */
    public void validate(CommandLine command) {
        require(command, modules.isEmpty() || kernel.isPresent(), "--modules is of no use without --kernel");
        readable(command, "--kernel", kernel);
        readable(command, "--qemu", qemu);
        readable(command, "--busybox", busybox);
        modules.ifPresent(path -> require(command, Files.isDirectory(path), "--modules: %s is no folder", path));
    }

    /** What the user brings. */
    public OwnParts ownParts() {
        return new OwnParts(mirror, absolute(qemu), absolute(kernel), absolute(modules), absolute(busybox));
    }

    /** Complains unless an option names a file that can be read. */
    static void readable(CommandLine command, String option, Optional<Path> file) {
        file.ifPresent(path -> require(
                command,
                Files.isReadable(path) && !Files.isDirectory(path),
                "%s: %s is no readable file",
                option,
                path));
    }

    /** Complains, as {@link String#format} does, unless a condition holds. */
    public static void require(CommandLine command, boolean condition, String format, Object... arguments) {
        if (!condition) {
            throw new ParameterException(command, String.format(format, arguments));
        }
    }

    static Optional<Path> absolute(Optional<Path> path) {
        return path.map(Path::toAbsolutePath);
    }
}
